from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cloudctl.domain.indicators import Figure
from cloudctl.domain.savings import Category, LineRule, Nature, Price, PriceBook, PriceValue, Side
from cloudctl.governance.savings.ledger import ledger

WORDS = {"zh_CN": "甲", "en": "x"}
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)


def price(name: str, *values: tuple[str, str], unit: str = "fen") -> Price:
    made = tuple(PriceValue(valid_from=date.fromisoformat(day), value=value, source=WORDS) for day, value in values)
    return Price(name=name, unit=unit, title=WORDS, values=made)


def rule(name: str, *, side: Side = Side.ALONE, nature: Nature = Nature.ONE_OFF, **more: Any) -> LineRule:
    values: dict[str, Any] = {"quantity": "servers", "times": ("machine",), "per": ("share",)}
    return LineRule(name=name, side=side, category=Category.HARDWARE, nature=nature, title=WORDS, **values | more)


def book(*lines: LineRule, machine: tuple[tuple[str, str], ...] = (("2025-01-01", "1000"),)) -> PriceBook:
    prices = price("machine", *machine), price("share", ("2025-01-01", "3"), unit="servers")
    return PriceBook(version=1, prices=prices, lines=lines)


def figure(value: float | None, name: str = "servers") -> Figure:
    return Figure(
        name=name, version=1, scope="all", as_of=datetime(2026, 10, 31, tzinfo=UTC), numerator=value, denominator=None,
        claimed=None, excluded={},
    )  # fmt: skip


def told(made: PriceBook, begin: float | None, end: float | None, first: date = FIRST, last: date = LAST) -> Any:
    return ledger(made, {"servers": figure(begin)}, {"servers": figure(end)}, first=first, last=last)


def test_a_one_off_line_counts_what_was_added_and_is_rounded_once() -> None:
    found = told(book(rule("a")), 4, 9)
    assert found.lines[0].quantity == 5
    assert found.lines[0].amount_fen == round(Fraction(5000, 3)) == 1667
    assert found.one_off.gross_fen == found.period.gross_fen == 1667
    assert found.yearly.gross_fen == 0
    assert found.lines[0].yearly_fen is None


def test_a_yearly_line_counts_the_days_of_the_time_at_the_mean_and_a_year_at_its_end() -> None:
    found = told(book(rule("a", nature=Nature.YEARLY)), 4, 8)
    assert found.lines[0].amount_fen == round(Fraction(6 * 1000, 3) * 31 / 365)
    assert found.lines[0].yearly_fen == round(Fraction(8 * 1000, 3))
    assert found.one_off.gross_fen == 0
    assert found.yearly.gross_fen == found.lines[0].yearly_fen


def test_what_is_given_back_is_taken_off() -> None:
    assert told(book(rule("a")), 9, 6).one_off.gross_fen == -1000


def test_net_is_gross_without_the_platforms_own_cost() -> None:
    found = told(book(rule("a"), rule("b", side=Side.PLATFORM, per=())), 0, 3)
    assert (found.one_off.gross_fen, found.one_off.own_fen, found.one_off.net_fen) == (1000, 3000, -2000)


def test_a_price_holds_from_its_day_and_the_past_keeps_its_own() -> None:
    made = book(rule("a", per=()), machine=(("2025-01-01", "1000"), ("2026-10-31", "700")))
    assert told(made, 0, 1).one_off.gross_fen == 700
    assert told(made, 0, 1, last=date(2026, 10, 30)).one_off.gross_fen == 1000


@pytest.mark.parametrize(("begin", "end"), [(None, 3), (3, None), (None, None)])
def test_what_nobody_knows_is_no_zero(begin: float | None, end: float | None) -> None:
    found = told(book(rule("a"), rule("b", nature=Nature.YEARLY)), begin, end)
    assert [line.amount_fen for line in found.lines] == [None, None]
    assert found.unknown == ("a", "b")


def test_a_price_that_did_not_hold_yet_leaves_its_line_out() -> None:
    made = book(rule("a"), machine=(("2027-01-01", "1000"),))
    assert told(made, 0, 3).unknown == ("a",)
    assert made.price("machine").on(LAST) is None


COUNTS = some.integers(0, 200_000)


@given(begin=COUNTS, middle=COUNTS, end=COUNTS)
def test_one_off_lines_of_two_times_come_to_that_of_both(begin: int, middle: int, end: int) -> None:
    made = book(rule("a"))
    parts = told(made, begin, middle).one_off.gross_fen + told(made, middle, end).one_off.gross_fen
    assert abs(parts - told(made, begin, end).one_off.gross_fen) <= 1


@given(counts=some.lists(some.tuples(COUNTS, COUNTS), min_size=1, max_size=30))
def test_departments_come_to_the_city_but_for_their_rounding(counts: list[tuple[int, int]]) -> None:
    made = book(rule("a"), rule("b", nature=Nature.YEARLY))
    departments = [told(made, begin, end).period.gross_fen for begin, end in counts]
    city = told(made, sum(begin for begin, _ in counts), sum(end for _, end in counts)).period.gross_fen
    assert abs(sum(departments) - city) <= len(counts) + 1
