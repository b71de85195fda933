"""Separation of duties: who asked, who signed and who decides are different people, whoever acts for whom.

Called before somebody signs, and before an office decides:

    duties.separate(uow.actor, order)
    duties.decide(uow.actor, order)
"""

from __future__ import annotations

from cloudctl.domain.accounts import Actor
from cloudctl.domain.errors import Conflict, Forbidden
from cloudctl.domain.orders import Order


def decide(actor: Actor, order: Order) -> None:
    """What holds for every decision of an office: `separate`, and that it is the office the order lies with.

    Raises Forbidden for a district's office with which it does not lie, Conflict where the city's would have to take
    the order over first.
    """
    separate(actor, order)
    if order.office_id == actor.department_id:
        return
    if actor.department_id is None:
        raise Conflict(
            "Order {number} lies with the office of its district.",
            way_out="Take it over first, with a reason: `cloudctl orders take-over`.",
            number=order.number,
        )
    raise Forbidden(
        "Order {number} lies with another office.",
        way_out="Leave it to the office that the order names.",
        number=order.number,
    )


def separate(actor: Actor, order: Order) -> None:
    """Raises Forbidden when the actor, or whom he acts for, asked for the order, filed it or has signed it.

    The person behind each earlier step counts, and so does whom that person acted for.
    """
    if actor.persons & {order.applicant_id, order.applicant_for}:
        raise Forbidden("Nobody decides on an own order.", way_out="Another person has to decide.")
    if order.filed_by in actor.persons:
        raise Forbidden(
            "Who filed an order for a department does not decide on it.", way_out="Another person has to decide."
        )
    if actor.persons & {order.signed_off_by, order.signed_off_for}:
        raise Forbidden("Who has signed an order does not decide on it.", way_out="Another person has to decide.")
