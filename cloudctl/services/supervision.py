"""Electronic supervision (电子监察), carried out: limits counted anew, cards given once each, and explained away.

The plan is made by `governance/supervision`; here it is put on record, one transaction an order, so that a round that
breaks off is taken up by the next.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from cloudctl.domain.accounts import DEPARTMENT_ROLES, Account, Permission, Role
from cloudctl.domain.calendars import end_of_day, today_for_people
from cloudctl.domain.cards import Card
from cloudctl.domain.clocks import Clock, Colour
from cloudctl.domain.errors import Invalid
from cloudctl.domain.limits import Step
from cloudctl.domain.orders import Order
from cloudctl.governance.supervision.planner import Line, Snapshot, supervise
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.calendars import calendar_of
from cloudctl.services.history import say
from cloudctl.services.notices import tell

BACK = timedelta(days=366)  # windows that ended within it still explain a due day

DISTRICT_FOR = {Role.OFFICE_REVIEWER: Role.DISTRICT_REVIEWER, Role.OFFICE_ADMIN: Role.DISTRICT_ADMIN}

TEMPLATES: dict[Colour, str] = {
    Colour.WARNING: "limit_warning",
    Colour.YELLOW: "card_yellow",
    Colour.RED: "card_red",
}


def plan(ctx: Context, request: Request) -> list[Line]:
    """What a round would do now."""
    request.actor.require(Permission.SUPERVISION_READ)
    with ctx.unit_of_work(request) as uow:
        seen = Snapshot(
            clocks=uow.clocks.running(),
            calendar=calendar_of(uow),
            freezes=uow.freezes.ending_after(uow.now - BACK),
            today=today_for_people(uow.now),
        )
    return supervise(seen)


def run(ctx: Context, request: Request) -> int:
    """One round: answers how many cards, warnings included, were given."""
    given = 0
    for line in plan(ctx, request):
        with ctx.unit_of_work(request) as uow:
            given += _carried_out(uow, line)
    return given


def excuse(ctx: Context, request: Request, card_id: UUID, *, reason: str, expected_version: int | None = None) -> Card:
    """Explains a card away, on record; it stays on the list, with the reason. A second call changes nothing."""
    actor = request.actor
    actor.require(Permission.SUPERVISION_WRITE)
    if not reason.strip():
        raise Invalid("To excuse a card needs a reason.", field="reason", way_out="Say why nobody is at fault.")
    with ctx.unit_of_work(request) as uow:
        card = uow.cards.lock(card_id)
        actor.require_sight(card.department_id, "card", card_id)
        uow.check_version(card, expected_version)
        if card.excused_at is None:
            card.excused_at, card.excused_by, card.excuse = uow.now, actor.account_id, reason.strip()
            uow.audit(
                "allow/card-excuse",
                "card",
                card.id,
                department_id=card.department_id,
                after={"colour": card.colour.value, "step": card.step.value, "order_id": card.order_id},
                reason=card.excuse,
            )
        return uow.answer(card)


def get(ctx: Context, request: Request, card_id: UUID) -> Card:
    """One card of what the actor sees."""
    request.actor.require(Permission.SUPERVISION_READ)
    with ctx.unit_of_work(request) as uow:
        card = uow.cards.get(card_id)
    request.actor.require_sight(card.department_id, "card", card_id)
    return card


def limits(ctx: Context, request: Request) -> list[dict[str, Any]]:
    """The limits in force: kind, step, statutory and promised working days."""
    request.actor.require(Permission.SUPERVISION_READ)
    with ctx.unit_of_work(request) as uow:
        kinds = uow.timetable.limits
    return [
        {"kind": kind, "step": step, "statutory": limit.statutory, "promised": limit.promised}
        for kind, steps in kinds.items()
        for step, limit in steps.items()
    ]


def _carried_out(uow: UnitOfWork, line: Line) -> bool:
    """Keeps what was counted and gives the card, unless the order has moved since; says whether a card was given."""
    order = uow.orders.lock(line.order_id)
    clock = uow.clocks.get(line.clock_id)
    if not clock.running or clock.counted_from != line.counted_from:
        return False
    clock.take(line.dues)
    if clock.step is Step.CORRECTION and order.correction_due is not None:
        order.correction_due = max(order.correction_due, end_of_day(clock.statutory_on))
    return _given(uow, order, clock, line)


def _given(uow: UnitOfWork, order: Order, clock: Clock, line: Line) -> bool:
    colour, day, reason = line.colour, line.day, line.reason
    if colour is None or day is None or reason is None or clock.card is colour:
        return False
    card = Card(
        clock_id=clock.id,
        order_id=order.id,
        department_id=order.department_id,
        step=clock.step,
        colour=colour,
        due_on=day,
        told=[role.value for role in line.roles],
        given_at=uow.now,
    )
    clock.card = colour
    uow.cards.add(card)
    uow.audit(
        "evaluate/card",
        "order",
        order.id,
        department_id=order.department_id,
        after={"colour": colour.value, "step": clock.step.value, "due_on": day, "number": order.number},
        reason=reason.format(step=clock.step.value, day=day),
    )
    if colour is not Colour.WARNING:
        say(uow, order, reason, step=clock.step.value, day=day)
    params = {"number": order.number, "title": order.title, "step": clock.step.value, "day": str(day)}
    people = [account for role in line.roles for account in _holders(uow, order, role)]
    tell(uow, people, TEMPLATES[colour], params, event=f"{card.id}", order_id=order.id)
    return True


def _holders(uow: UnitOfWork, order: Order, role: Role) -> list[Account]:
    """Who holds a role for this order; for a district's order the district's own office, and above it the city's."""
    home = order.department_id if role in DEPARTMENT_ROLES else None
    people = [] if order.office_id and role is Role.OFFICE_REVIEWER else list(uow.accounts.with_role(role, home))
    if order.office_id and role in DISTRICT_FOR:
        people += uow.accounts.with_role(DISTRICT_FOR[role], order.office_id)
    return people
