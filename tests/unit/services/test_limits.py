"""The clocks of orders, as acts and states turn them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from cloudctl.domain.calendars import Calendar, end_of_day, today_for_people
from cloudctl.domain.clocks import Clock
from cloudctl.domain.limits import OrderKind, Step
from cloudctl.domain.orders import Order
from cloudctl.ports.queries import PageAsk
from cloudctl.services import acceptances, decisions, limits, orders
from tests.factories import Installed
from tests.unit.services.stages import INTO

STEPS = {
    "submitted": Step.SIGN_OFF,
    "signed_off": Step.ACCEPTANCE,
    "in_review": Step.DECISION,
    "returned": Step.CORRECTION,
    "approved": Step.DELIVERY,
}


def open_clocks(city: Installed, order: Order) -> dict[Step, Clock]:
    return {clock.step: clock for clock in city.read(lambda uow: uow.clocks.open_of(order.id))}


@pytest.mark.parametrize("state", INTO)
def test_each_state_runs_its_step_and_no_other(city: Installed, state: str) -> None:
    order = city.order(INTO[state](city).id)
    running = {step for step, clock in open_clocks(city, order).items() if clock.running}
    assert running == ({STEPS[state]} if state in STEPS else set())
    assert (order.clock and order.clock.step) == STEPS.get(state)


def test_the_promised_and_the_statutory_day_come_from_the_limits(city: Installed) -> None:
    order = city.submitted(city.build_items())
    limit = city.read(lambda uow: uow.timetable.of(OrderKind.NEW, Step.SIGN_OFF))
    today = today_for_people(city.clock.now())
    clock = city.order(order.id).clock
    assert clock is not None
    assert clock.promised_on == Calendar().after(today, limit.promised).day
    assert clock.statutory_on == Calendar().after(today, limit.statutory).day
    assert (clock.kind, clock.zone, clock.days_left) == (OrderKind.NEW, order.zone, limit.promised)


def test_the_list_shows_the_due_day_and_what_is_left(city: Installed) -> None:
    order = city.submitted(city.build_items())
    row: Any = city.ctx.queries.orders.page(None, {"number": order.number}, PageAsk()).items[0]
    clock = city.order(order.id).clock
    assert clock is not None
    assert (row.step, row.due_on, row.days_left) == ("sign-off", clock.promised_on, clock.days_left)
    assert (row.due_provisional, row.frozen_until) == (clock.provisional, None)
    draft = INTO["draft"](city)
    bare: Any = city.ctx.queries.orders.page(None, {"number": draft.number}, PageAsk()).items[0]
    assert (bare.step, bare.due_on, bare.days_left) == (None, None, None)


def working_days_pass(city: Installed, days: int) -> None:
    today = today_for_people(city.clock.now())
    city.clock.move(days=(Calendar().after(today, days).day - today).days)


def test_the_clock_stops_while_the_applicant_corrects_and_goes_on_with_what_was_left(city: Installed) -> None:
    order = INTO["in_review"](city)
    before = open_clocks(city, order)[Step.DECISION]
    working_days_pass(city, 2)
    decisions.send_back(city.ctx, city.people["reviewer"], order.id, missing=["补正"])
    stopped = open_clocks(city, order)
    assert not stopped[Step.DECISION].running
    assert stopped[Step.DECISION].promised_left == before.promised_left - 2
    assert stopped[Step.CORRECTION].running
    working_days_pass(city, 4)
    orders.submit(city.ctx, city.people["officer"], order.id)
    again = open_clocks(city, order)
    assert set(again) == {Step.DECISION, Step.SIGN_OFF}
    assert not again[Step.DECISION].running
    into_review(city, order.id)
    resumed = open_clocks(city, order)
    assert set(resumed) == {Step.DECISION}
    decision = resumed[Step.DECISION]
    today = today_for_people(city.clock.now())
    assert decision.id == before.id
    assert (decision.running, decision.days_left) == (True, before.promised_left - 2)
    assert decision.promised_on == Calendar().after(today, before.promised_left - 2).day
    assert city.order(order.id).clock_id == before.id


def into_review(city: Installed, order_id: UUID) -> None:
    decisions.sign_off(city.ctx, city.people["head"], order_id)
    acceptances.accept(city.ctx, city.people["reviewer"], order_id)


def test_a_correction_is_due_by_its_own_clock(city: Installed) -> None:
    order = city.order(INTO["returned"](city).id)
    clock = open_clocks(city, order)[Step.CORRECTION]
    assert order.correction_due == end_of_day(clock.statutory_on)


def test_a_transition_is_one_version(city: Installed) -> None:
    order = city.submitted(city.build_items())
    assert decisions.sign_off(city.ctx, city.people["head"], order.id).version == order.version + 1


def test_delivery_ends_the_clock(city: Installed) -> None:
    order = city.delivered(city.build_items(count=1))
    assert open_clocks(city, order) == {}
    kept: datetime | None = city.read(lambda uow: uow.clocks.running()) or None
    assert kept is None or all(clock.order_id != order.id for clock in kept)  # type: ignore[attr-defined]


def test_a_step_beside_the_states_own_is_started_and_ended_by_hand(city: Installed) -> None:
    order = INTO["in_review"](city)
    with city.ctx.unit_of_work(city.people["reviewer"]) as uow:
        locked = uow.orders.lock(order.id)
        first = limits.start(uow, locked, Step.OPINIONS)
        assert limits.start(uow, locked, Step.OPINIONS) is first
    assert set(open_clocks(city, order)) >= {Step.DECISION, Step.OPINIONS}
    decisions.send_back(city.ctx, city.people["reviewer"], order.id, missing=["x"])
    assert not open_clocks(city, order)[Step.OPINIONS].running
    with city.ctx.unit_of_work(city.people["reviewer"]) as uow:
        limits.end(uow, uow.orders.lock(order.id), Step.OPINIONS)
    assert Step.OPINIONS not in open_clocks(city, order)
    assert first is not None
    assert first.promised_on - today_for_people(city.clock.now()) < timedelta(days=60)
