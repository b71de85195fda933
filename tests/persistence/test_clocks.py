"""Clocks, cards, local days and freeze windows, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cloudctl.domain.calendars import CalendarDay, end_of_day
from cloudctl.domain.cards import Card
from cloudctl.domain.clocks import Clock, Colour
from cloudctl.domain.errors import Conflict, NotFound, Stale
from cloudctl.domain.freezes import Bound, Freeze
from cloudctl.domain.limits import OrderKind, Step
from cloudctl.domain.orders import Order
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.ports.queries import PageAsk
from tests.persistence.records import START, City, Database

DAY = date(2026, 3, 9)


def clock(order: Order, step: Step = Step.DECISION) -> Clock:
    return Clock(
        order_id=order.id, department_id=order.department_id, kind=OrderKind.NEW, step=step, zone="egov",
        binds=[Bound.ORDERS], counted_from=date(2026, 3, 2), promised_left=5, statutory_left=20, promised_on=DAY,
        statutory_on=date(2026, 3, 30),
        due_at=end_of_day(DAY), days_left=5, started_at=START,
    )  # fmt: skip


def card(clock_: Clock, colour: Colour) -> Card:
    return Card(
        clock_id=clock_.id, order_id=clock_.order_id, department_id=clock_.department_id, step=clock_.step,
        colour=colour, due_on=DAY, told=["office-reviewer"], given_at=START,
    )  # fmt: skip


def test_a_clock_comes_back_whole_and_with_its_order(city: City, database: Database) -> None:
    order = city.order(state="in_review")
    made = clock(order)
    with database.work() as uow:
        uow.clocks.add(made)
        uow.orders.lock(order.id).clock_id = made.id
    with database.work() as uow:
        found = uow.orders.lock(order.id)
        assert found.clock is not None
        assert (found.clock.id, found.clock.step, found.clock.kind) == (made.id, Step.DECISION, OrderKind.NEW)
        assert (found.clock.binds, found.clock.promised_on, found.clock.card) == ([Bound.ORDERS], DAY, None)
        assert uow.clocks.open_of(order.id) == [found.clock]
        assert uow.clocks.running() == [found.clock]
        found.clock.stopped_at = START
        found.clock.card = Colour.YELLOW
    with database.work() as uow:
        assert uow.clocks.running() == []
        (kept,) = uow.clocks.open_of(order.id)
        assert kept.card is Colour.YELLOW
        kept.ended_at = START
        assert uow.clocks.open_of(order.id) == []


def test_what_is_due_and_what_was_given_are_listed_within_the_scope(
    city: City, database: Database, queries: DatabaseQueries
) -> None:
    order = city.order(state="in_review")
    running, ended = clock(order), clock(order, Step.ACCEPTANCE)
    ended.ended_at = START
    with database.work() as uow:
        uow.clocks.add(running)
        uow.clocks.add(ended)
        uow.orders.lock(order.id).clock_id = running.id
        uow.session.flush()
        uow.cards.add(card(ended, Colour.WARNING))
        uow.cards.add(card(ended, Colour.RED))
    (row,) = queries.due.page(None, {"step": "decision", "days_left": 5, "due_on": DAY}, PageAsk()).items
    assert (row.id, row.number, row.due_on, row.department) == (  # type: ignore[attr-defined]
        running.id, order.number, DAY, city.department.name,
    )  # fmt: skip
    assert queries.due.page(None, {"step": "acceptance"}, PageAsk()).items == []
    first = queries.cards.page(city.department.id, {}, PageAsk(limit=1))
    second = queries.cards.page(city.department.id, {}, PageAsk(limit=1, cursor=first.next))
    assert [page.items[0].colour for page in (first, second)] == ["red", "warning"]  # type: ignore[attr-defined]
    assert second.next is None
    for listing in (queries.due, queries.cards):
        assert listing.page(order.id, {}, PageAsk()).items == []
    (listed,) = queries.orders.page(None, {"number": order.number}, PageAsk()).items
    assert (listed.step, listed.due_on, listed.days_left) == ("decision", DAY, 5)  # type: ignore[attr-defined]


def test_each_colour_is_given_once_for_a_clock(city: City, database: Database) -> None:
    made = clock(city.order())
    with database.work() as uow:
        uow.clocks.add(made)
        uow.session.flush()
        uow.cards.add(card(made, Colour.RED))
    with pytest.raises(Conflict), database.work() as uow:
        uow.cards.add(card(made, Colour.RED))


def test_local_days(city: City, database: Database) -> None:
    with database.work() as uow:
        uow.calendar_days.add(CalendarDay(day=DAY, works=False, words="停工", set_by=city.officer.id, created_at=START))
    with pytest.raises(Conflict), database.work() as uow:
        uow.calendar_days.add(CalendarDay(day=DAY, works=True, words="x", set_by=city.officer.id, created_at=START))
    with database.work() as uow:
        assert [entry.day for entry in uow.calendar_days.between(DAY, DAY)] == [DAY]
        assert uow.calendar_days.between(DAY + timedelta(days=1), DAY + timedelta(days=9)) == []
        found = uow.calendar_days.on(DAY)
        assert found is not None
        assert (found.works, found.words) == (False, "停工")
        assert uow.calendar_days.remove(DAY) is found
    with database.work() as uow:
        assert uow.calendar_days.on(DAY) is None
        with pytest.raises(NotFound):
            uow.calendar_days.remove(DAY)


def test_freeze_windows(city: City, database: Database, queries: DatabaseQueries) -> None:
    window = Freeze(
        name="高考", starts_at=START, ends_at=START + timedelta(days=2), binds=[Bound.ORDERS, Bound.RELEASES],
        zones=["egov"], reason="r", created_by=city.officer.id, created_at=START,
    )  # fmt: skip
    with database.work() as uow:
        uow.freezes.add(window)
    with database.work() as uow:
        (found,) = uow.freezes.ending_after(START + timedelta(days=1))
        assert (found.binds, found.zones, found.cancelled_at) == ([Bound.ORDERS, Bound.RELEASES], ["egov"], None)
        assert uow.freezes.ending_after(START + timedelta(days=2)) == []
        uow.freezes.lock(window.id).cancelled_at = START
        with pytest.raises(Stale):
            uow.check_version(found, 7)
    (row,) = queries.freezes.page(None, {"name": "高考"}, PageAsk()).items
    assert (row.binds, row.cancelled_at, row.version) == (["orders", "releases"], START, 2)  # type: ignore[attr-defined]
