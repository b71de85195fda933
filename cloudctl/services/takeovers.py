"""The city's office takes an order over from a district's (提级办理): an act on record, with its reason."""

from __future__ import annotations

from uuid import UUID

from cloudctl.domain.accounts import DISTRICT_ROLES, Permission
from cloudctl.domain.departments import Department
from cloudctl.domain.errors import Conflict, Invalid
from cloudctl.domain.orders import Order
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import duties
from cloudctl.services.history import say
from cloudctl.services.notices import tell
from cloudctl.services.orders import own

UNDECIDED = frozenset({"submitted", "signed_off", "in_review", "returned"})


def take_over(
    ctx: Context, request: Request, order_id: UUID, *, reason: str | None = None, expected_version: int | None = None
) -> Order:
    """Takes an undecided order over; it stays with the city from then on."""
    request.actor.require(Permission.ORDERS_TAKE_OVER)
    words = (reason or "").strip()
    if not words:
        raise Invalid("Taking an order over needs a reason.", field="reason", way_out="Say why, for the record.")
    with ctx.unit_of_work(request) as uow:
        order = own(uow, request, order_id, expected_version)
        duties.separate(request.actor, order)
        if order.office_id is None or order.state not in UNDECIDED:
            raise Conflict(
                "Order {number} is not waiting for a district's office.",
                way_out="Look at its state, and with which office it lies.",
                number=order.number,
            )
        office = uow.departments.get(order.office_id)
        order.office_id = None
        uow.audit(
            "update/take-over",
            "order",
            order.id,
            department_id=order.department_id,
            before={"office_id": office.id},
            after={"office_id": None, "number": order.number},
            reason=words,
        )
        say(uow, order, "Taken over by the city's office from {office}.", reason=words, office=office.name)
        _tell_the_district(uow, order, office, words)
        return uow.answer(order)


def _tell_the_district(uow: UnitOfWork, order: Order, office: Department, reason: str) -> None:
    """The district's people, reviewers and administrators, learn that there is nothing left for them to decide."""
    people = [account for role in sorted(DISTRICT_ROLES) for account in uow.accounts.with_role(role, office.id)]
    params = {"number": order.number, "title": order.title, "office": office.name, "reason": reason}
    tell(uow, people, "order_taken_over", params, event=f"{order.id}/take-over/{order.version}", order_id=order.id)
