from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudctl.governance.consolidation.forecast import (
    DONE,
    EXPLAINED,
    LEAST_WEEKS,
    NO_PACE,
    TOO_SHORT,
    Pace,
    forecast,
    futures,
    throughput,
)

MONDAY = date(2026, 9, 7)


def pace(weekly: list[int], remaining: int, *, today: date | None = None) -> tuple[Pace, date]:
    """So many arrivals in each week from `MONDAY` on, and the Wednesday after the last one."""
    arrivals = [MONDAY + timedelta(weeks=week, days=n % 5) for week, count in enumerate(weekly) for n in range(count)]
    day = today or MONDAY + timedelta(weeks=len(weekly), days=2)
    return Pace(arrivals=arrivals, began_on=MONDAY, remaining=remaining), day


def test_only_full_weeks_count_and_an_empty_one_counts_as_none() -> None:
    found, today = pace([3, 0, 2, 4], 10)
    assert throughput(found, today) == (3, 0, 2, 4)
    assert throughput(found, today - timedelta(days=7)) == (3, 0, 2)  # the week under way does not count


def test_a_steady_pace_has_no_spread() -> None:
    found = forecast(*pace([5, 5, 5, 5], 20))
    assert found.given
    assert found.early_on == found.likely_on == found.late_on == MONDAY + timedelta(weeks=4 + 4, days=2)


def test_an_uneven_pace_has_one_around_the_plain_division() -> None:
    found = forecast(*pace([0, 10, 1, 9, 0, 10], 50))
    assert found.early_on is not None
    assert found.likely_on is not None
    assert found.late_on is not None
    assert found.early_on < found.likely_on < found.late_on
    plain = MONDAY + timedelta(weeks=6 + 10, days=2)  # 50 at 5 a week
    assert abs((found.likely_on - plain).days) <= 14


def test_the_same_facts_give_the_same_forecast() -> None:
    assert forecast(*pace([1, 4, 2], 30)) == forecast(*pace([1, 4, 2], 30))


def test_without_a_pace_there_is_no_forecast_and_it_says_why() -> None:
    nothing = Pace(arrivals=[], began_on=None, remaining=5)
    assert forecast(nothing, MONDAY).why == NO_PACE
    short = forecast(*pace([5] * (LEAST_WEEKS - 1), 20))
    assert (short.why, short.params["weeks"], short.likely_on) == (TOO_SHORT, LEAST_WEEKS - 1, None)
    assert forecast(*pace([5, 5, 5], 0)).why == DONE


def test_a_pace_that_has_died_down_may_never_end() -> None:
    found = forecast(*pace([1] + [0] * 60, 500))
    assert found.given
    assert found.late_on is None


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=3, max_size=8).filter(any), st.integers(1, 60))
def test_more_to_move_never_ends_earlier(weekly: list[int], remaining: int) -> None:
    less, more = futures(weekly, remaining), futures(weekly, remaining + 20)
    assert less == sorted(less)
    assert all(week >= 1 for week in less)
    middle = len(less) // 2
    assert less[middle] <= more[middle]
    assert forecast(*pace(weekly, remaining)).why == EXPLAINED
