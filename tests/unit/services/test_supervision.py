"""Rounds of the supervision: cards once each, told to the right people, explained away on record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from cloudctl.domain import calendars as calendar_rules
from cloudctl.domain.accounts import Role
from cloudctl.domain.calendars import Calendar, end_of_day, today_for_people
from cloudctl.domain.departments import Level
from cloudctl.domain.errors import Forbidden, Invalid, NotFound, Stale
from cloudctl.domain.freezes import Bound
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.limits import OrderKind, Step
from cloudctl.domain.orders import Order
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import calendars, decisions, departments, freezes, orders, supervision
from tests.factories import Installed, installation
from tests.seeds import person
from tests.unit.services.stages import INTO


@pytest.fixture
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """An installation of its own: a round is about all orders, and here the clock runs for weeks."""
    with installation(tmp_path_factory.mktemp("supervision")) as made:
        yield made


def round_(city: Installed) -> int:
    return supervision.run(city.ctx, platform("job:supervision"))


def cards(city: Installed, order: Order, **filters: Any) -> list[Any]:
    return list(reversed(city.ctx.queries.cards.page(None, {"order_id": order.id, **filters}, PageAsk()).items))


def to(city: Installed, day: date) -> None:
    city.clock.move(days=(day - today_for_people(city.clock.now())).days)


def clock_of(city: Installed, order: Order) -> Any:
    clock = city.order(order.id).clock
    assert clock is not None
    return clock


def told(city: Installed, order: Order, template: str) -> set[str]:
    notices = city.ctx.queries.notices.page(None, {"order_id": order.id}, PageAsk(limit=200)).items
    return {notice.recipient.partition("@")[0] for notice in notices if notice.template == template}


def test_each_card_comes_once_and_one_level_further_up(city: Installed) -> None:
    order = INTO["in_review"](city)
    clock = clock_of(city, order)
    assert round_(city) == 0
    to(city, clock.promised_on)
    assert (round_(city), round_(city)) == (1, 0)
    to(city, Calendar().after(clock.promised_on, 1).day)
    assert (round_(city), round_(city)) == (1, 0)
    to(city, Calendar().after(clock.statutory_on, 1).day)
    assert (round_(city), round_(city)) == (1, 0)
    given = cards(city, order)
    assert [(card.colour, card.step) for card in given] == [
        ("warning", "decision"), ("yellow", "decision"), ("red", "decision"),
    ]  # fmt: skip
    assert [card.due_on for card in given] == [clock.promised_on, clock.promised_on, clock.statutory_on]
    assert (told(city, order, "limit_warning"), told(city, order, "card_yellow")) == (
        {"reviewer"}, {"reviewer", "office-admin"},
    )  # fmt: skip
    assert [event["after"]["colour"] for event in city.audited(action="evaluate/card")] == ["warning", "yellow", "red"]
    marked = [line for line in city.progress(order) if "card:" in line]
    assert len(marked) == 2


def test_a_step_of_the_department_is_its_heads(city: Installed) -> None:
    order = INTO["submitted"](city)
    to(city, Calendar().after(clock_of(city, order).promised_on, 1).day)
    round_(city)
    assert told(city, order, "card_yellow") == {"head"}
    assert cards(city, order)[0].told == ["department-head"]


def test_what_is_left_is_counted_every_day_and_touches_no_version(city: Installed) -> None:
    order = city.order(INTO["in_review"](city).id)
    left = clock_of(city, order).days_left
    to(city, Calendar().after(today_for_people(city.clock.now()), 2).day)
    round_(city)
    assert clock_of(city, order).days_left == left - 2
    assert city.order(order.id).version == order.version


def test_a_clock_that_moved_after_the_plan_is_left_to_the_next_round(
    city: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = INTO["in_review"](city)
    to(city, Calendar().after(clock_of(city, order).promised_on, 1).day)
    lines = supervision.plan(city.ctx, platform("t"))
    decisions.send_back(city.ctx, city.people["reviewer"], order.id, missing=["x"])
    monkeypatch.setattr(supervision, "plan", lambda _ctx, _request: lines)
    assert round_(city) == 0
    assert cards(city, order) == []


def test_while_the_applicant_corrects_nobody_at_the_office_is_marked(city: Installed) -> None:
    order = INTO["returned"](city)
    due = city.order(order.id).correction_due
    assert due is not None
    to(city, today_for_people(due - timedelta(minutes=1)))
    round_(city)
    assert [(card.colour, card.step) for card in cards(city, order)] == [("warning", "correction")]
    assert told(city, order, "limit_warning") == {"officer"}
    city.clock.move(days=1)
    assert orders.expire_corrections(city.ctx, platform("t")) == 1
    assert round_(city) == 0


def test_a_limit_that_ends_in_a_freeze_window_gives_no_card_in_it(city: Installed) -> None:
    order = INTO["in_review"](city)
    clock = clock_of(city, order)
    start = end_of_day(clock.promised_on - timedelta(days=1))
    freezes.create(
        city.ctx, city.people["office-admin"], name="重保", starts_at=start, ends_at=start + timedelta(days=6),
        binds=[Bound.ORDERS], zones=[], reason="保障",
    )  # fmt: skip
    round_(city)
    frozen_until = clock_of(city, order).frozen_until
    assert frozen_until is not None
    row: Any = city.ctx.queries.orders.page(None, {"number": order.number}, PageAsk()).items[0]
    assert (row.due_on, row.frozen_until) == (clock.promised_on, frozen_until)
    for number in range((frozen_until - clock.promised_on).days + 1):
        to(city, clock.promised_on + timedelta(days=number))
        round_(city)
    assert [card.colour for card in cards(city, order)] == ["warning"]
    to(city, Calendar().after(frozen_until, 1).day)
    round_(city)
    assert [card.colour for card in cards(city, order)] == ["warning", "yellow"]


def test_a_local_holiday_moves_due_days_out_and_taking_it_back_leaves_them(city: Installed) -> None:
    admin, order = city.people["office-admin"], INTO["in_review"](city)
    before = clock_of(city, order).promised_on
    calendars.put(city.ctx, admin, before, works=False, words="停工")
    round_(city)
    moved = clock_of(city, order).promised_on
    assert moved > before
    calendars.remove(city.ctx, admin, before)
    round_(city)
    assert clock_of(city, order).promised_on == moved


def test_a_calendar_without_the_next_year_is_counted_anew_when_it_appears_and_never_shortened(
    city: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = calendar_rules.official_day
    unknown = Calendar(official=lambda day: None if day >= date(2026, 3, 4) else known(day))
    for where in ("cloudctl.services.limits", "cloudctl.services.supervision"):
        monkeypatch.setattr(f"{where}.calendar_of", lambda _uow: unknown)
    order = INTO["returned"](city)
    guessed = clock_of(city, order)
    assert (guessed.step, guessed.provisional) == (Step.CORRECTION, True)
    free = {date(2026, 3, 9), date(2026, 3, 10)}
    notice = Calendar(official=lambda day: False if day in free else known(day))
    monkeypatch.setattr("cloudctl.services.supervision.calendar_of", lambda _uow: notice)
    round_(city)
    counted = clock_of(city, order)
    assert not counted.provisional
    assert counted.statutory_on == Calendar().after(guessed.statutory_on, 2).day
    assert city.order(order.id).correction_due == end_of_day(counted.statutory_on)
    monkeypatch.setattr("cloudctl.services.supervision.calendar_of", lambda _uow: Calendar())
    round_(city)
    assert clock_of(city, order).statutory_on == counted.statutory_on


def yellow(city: Installed) -> tuple[Order, Any]:
    order = INTO["submitted"](city)
    to(city, Calendar().after(clock_of(city, order).promised_on, 1).day)
    round_(city)
    return order, cards(city, order)[0]


def test_a_card_is_explained_away_on_record_and_stays(city: Installed) -> None:
    order, card = yellow(city)
    admin = city.people["office-admin"]
    with pytest.raises(Stale):
        supervision.excuse(city.ctx, admin, card.id, reason="停电", expected_version=9)
    first = supervision.excuse(city.ctx, admin, card.id, reason=" 机房停电 ")
    assert (first.excuse, first.excused_by) == ("机房停电", city.ids["office-admin"])
    again = supervision.excuse(city.ctx, admin, card.id, reason="another")
    assert (again.excuse, again.excused_at) == (first.excuse, first.excused_at)
    (event,) = city.audited(action="allow/card-excuse")
    assert (event["reason"], event["after"]["order_id"]) == ("机房停电", str(order.id))
    assert [entry.excuse for entry in cards(city, order)] == ["机房停电"]


def test_who_may_see_and_excuse(city: Installed) -> None:
    _, card = yellow(city)
    for who in ("officer", "head", "reviewer", "operator", "auditor"):
        with pytest.raises(Forbidden):
            supervision.excuse(city.ctx, city.people[who], card.id, reason="x")
        assert supervision.get(city.ctx, city.people[who], card.id).id == card.id
    with pytest.raises(NotFound):
        supervision.get(city.ctx, city.people["stranger"], card.id)
    with pytest.raises(NotFound):
        supervision.excuse(city.ctx, city.people["office-admin"], new_id(), reason="x")
    with pytest.raises(Invalid) as caught:
        supervision.excuse(city.ctx, city.people["office-admin"], card.id, reason=" ")
    assert caught.value.field == "reason"
    queries = city.ctx.queries
    assert queries.cards.page(city.ids["czj"], {}, PageAsk()).items == []
    assert queries.due.page(city.ids["czj"], {}, PageAsk()).items == []
    assert [row.id for row in queries.cards.page(city.ids["fgw"], {"colour": "yellow"}, PageAsk()).items] == [card.id]


def test_the_list_of_what_is_due(city: Installed) -> None:
    order = INTO["in_review"](city)
    clock = clock_of(city, order)
    (row,) = city.ctx.queries.due.page(None, {"step": "decision"}, PageAsk()).items
    assert (row.number, row.due_on, row.statutory_on, row.days_left, row.card) == (
        order.number, clock.promised_on, clock.statutory_on, clock.days_left, None,
    )  # fmt: skip
    decisions.reject(city.ctx, city.people["reviewer"], order.id, reason="x")
    assert city.ctx.queries.due.page(None, {}, PageAsk()).items == []


def test_an_order_that_a_district_decides_is_told_there_and_above(city: Installed) -> None:
    admin = city.people["office-admin"]
    district = departments.create(city.ctx, admin, code="lsq", name="崂山区", level=Level.DISTRICT).id
    for login, role in (("lsq-reviewer", Role.DISTRICT_REVIEWER), ("lsq-admin", Role.DISTRICT_ADMIN)):
        person(city.ctx, login, role, district)
    order = INTO["in_review"](city)
    with city.ctx.unit_of_work(platform("t")) as uow:
        uow.orders.lock(order.id).office_id = district
    to(city, Calendar().after(clock_of(city, order).promised_on, 1).day)
    round_(city)
    assert told(city, order, "card_yellow") == {"lsq-reviewer", "lsq-admin", "office-admin"}


def test_the_limits_are_shown(city: Installed) -> None:
    shown = supervision.limits(city.ctx, city.people["officer"])
    assert {"kind": "new", "step": "decision", "statutory": 20, "promised": 7} in shown
    assert {(entry["kind"], entry["step"]) for entry in shown} >= {(kind, "decision") for kind in OrderKind}
    assert all(entry["promised"] <= entry["statutory"] for entry in shown)
