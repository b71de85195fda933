"""Ratings (好差评): given once by the applicant of a delivered order, answered by the office where they are bad.

Once, and never rewritten: what is counted must not be bargained over. A bad one is told to the office, which owes an
answer within `ANSWER_WORKING_DAYS`; it stands on the to-do list until then.
"""

from __future__ import annotations

from uuid import UUID

from cloudctl.domain.accounts import Permission, Role
from cloudctl.domain.calendars import end_of_day
from cloudctl.domain.declarations import refuse_secret
from cloudctl.domain.errors import Conflict, Forbidden, Invalid
from cloudctl.domain.orders import Order
from cloudctl.domain.ratings import ANSWER_WORKING_DAYS, Rating
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries import scope_of
from cloudctl.ports.queries.rows import RatingSummary
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.calendars import working_days_from_now
from cloudctl.services.history import tell_roles
from cloudctl.services.orders import own


def rate(ctx: Context, request: Request, order_id: UUID, *, mark: int, reason: str = "") -> Rating:
    """Rates a delivered order; raises Conflict for one that is not delivered, or rated already."""
    request.actor.require(Permission.ORDERS_WRITE)
    refuse_secret(None, {"reason": reason})
    with ctx.unit_of_work(request) as uow:
        order = own(uow, request, order_id, None)
        rated_by = _applicant(uow, request, order)
        if order.delivered_at is None:
            raise Conflict(
                "An order in state {state} cannot be rated.",
                way_out="Rate it once it is delivered.",
                state=order.state,
            )
        if uow.ratings.of_order(order.id) is not None:
            raise Conflict(
                "This order is rated already.", field="mark", way_out="A rating is given once and stays as it is."
            )
        rating = Rating(
            order_id=order.id,
            department_id=order.department_id,
            rated_by=rated_by,
            mark=mark,
            reason=reason.strip(),
            created_at=uow.now,
        )
        if rating.bad:
            rating.owe(end_of_day(working_days_from_now(uow, ANSWER_WORKING_DAYS).day))
        uow.ratings.add(rating)
        uow.audit(
            "create/rating",
            "rating",
            rating.id,
            department_id=order.department_id,
            after={"order": order.number, "mark": mark, "state": rating.state},
            reason=rating.reason or None,
        )
        if rating.bad:
            tell_roles(uow, order, "rating_bad", (Role.OFFICE_REVIEWER,), rating.reason)
        return uow.answer(rating)


def answer(
    ctx: Context, request: Request, rating_id: UUID, *, answer: str, expected_version: int | None = None
) -> Rating:
    """The office's answer, told to the department; raises Refused for a second one."""
    actor = request.actor
    actor.require(Permission.RATINGS_ANSWER)
    with ctx.unit_of_work(request) as uow:
        rating = uow.ratings.lock(rating_id)
        actor.require_sight(rating.department_id, "rating", rating_id)
        uow.check_version(rating, expected_version)
        if actor.account_id is None:
            raise Invalid("An answer is given by a person.", field="answered_by", way_out="Log in as the office.")
        before = rating.state
        rating.answered(answer, actor.account_id, uow.now)
        uow.audit(
            "update/rating-answer",
            "rating",
            rating.id,
            department_id=rating.department_id,
            before={"state": before},
            after={"state": rating.state},
            reason=answer,
        )
        order = uow.orders.get(rating.order_id)
        tell_roles(uow, order, "rating_answered", (Role.DEPARTMENT_OFFICER,), answer)
        return uow.answer(rating)


def get(ctx: Context, request: Request, rating_id: UUID) -> Rating:
    """One rating of what the actor sees."""
    request.actor.require(Permission.RATINGS_READ)
    with ctx.unit_of_work(request) as uow:
        rating = uow.ratings.get(rating_id)
    request.actor.require_sight(rating.department_id, "rating", rating_id)
    return rating


def summary(ctx: Context, request: Request) -> RatingSummary:
    """What the ratings that the actor sees come to now."""
    request.actor.require(Permission.RATINGS_READ)
    return ctx.queries.rating_summary(scope_of(request.actor), ctx.clock.now())


def _applicant(uow: UnitOfWork, request: Request, order: Order) -> UUID:
    """Whose rating it is; where somebody else filed on behalf of the department, any officer of it may rate."""
    actor = request.actor
    filed_here = uow.accounts.get(order.applicant_id).department_id == order.department_id
    theirs = actor.department_id == order.department_id and (not filed_here or order.applicant_id in actor.persons)
    if actor.account_id is None or not theirs:
        raise Forbidden("Only the applicant rates an order.", way_out="Leave it to the applicant.")
    return actor.account_id
