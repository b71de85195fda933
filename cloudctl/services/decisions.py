"""Decisions on orders: the head's signature, and the office's review, approval, return and refusal.

Each act is one transaction, as in `services/orders.py`. The build is queued here and nowhere else, together with the
approval.
"""

from __future__ import annotations

from uuid import UUID

import msgspec

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import end_of_day, today_for_people, working_days_after
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, PolicyDenied
from cloudctl.domain.orders import CORRECTION_WORKING_DAYS, Order
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import assessment
from cloudctl.services.history import advance
from cloudctl.services.orders import own


def sign_off(
    ctx: Context, request: Request, order_id: UUID, *, reason: str | None = None, expected_version: int | None = None
) -> Order:
    """The department head's signature (单位审签); what policies still approve as a small request is queued at once."""
    request.actor.require(Permission.ORDERS_SIGN_OFF)
    with ctx.unit_of_work(request) as uow:
        order = own(uow, request, order_id, expected_version)
        _refuse_self(request, order)
        order.signed_off_by = request.actor.account_id
        advance(uow, order, "sign_off", reason)
        if order.ruling.auto_approved:
            order.ruling = assessment.assess(ctx, uow, order).ruling
        if order.ruling.auto_approved:
            _approve(ctx, uow, order, "auto_approve", None)
        return uow.answer(order)


def review(
    ctx: Context, request: Request, order_id: UUID, *, reason: str | None = None, expected_version: int | None = None
) -> Order:
    """A reviewer of the office takes the order up."""
    return _office_act(ctx, request, order_id, "review", reason=reason, expected_version=expected_version)


def approve(
    ctx: Context, request: Request, order_id: UUID, *, reason: str | None = None, expected_version: int | None = None
) -> Order:
    """Approves, and queues the build in the same transaction; policies are judged once more."""
    request.actor.require(Permission.ORDERS_REVIEW)
    with ctx.unit_of_work(request) as uow:
        order = own(uow, request, order_id, expected_version)
        _refuse_self(request, order)
        if order.state == "signed_off":
            advance(uow, order, "review")
        order.approved_by = request.actor.account_id
        _approve(ctx, uow, order, "approve", reason)
        return uow.answer(order)


def send_back(
    ctx: Context,
    request: Request,
    order_id: UUID,
    *,
    reason: str | None = None,
    missing: list[str] | None = None,
    expected_version: int | None = None,
) -> Order:
    """Returns an order for correction (补正) with everything that is missing; a department head may, too."""
    actor = request.actor
    actor.require(Permission.ORDERS_REVIEW if actor.sees_all else Permission.ORDERS_SIGN_OFF)
    words = _words(reason, missing)
    with ctx.unit_of_work(request) as uow:
        order = own(uow, request, order_id, expected_version)
        if actor.sees_all and order.state == "signed_off":
            advance(uow, order, "review")
        if (order.state == "submitted") == actor.sees_all:
            raise Conflict(
                "An order in state {state} is not yours to return.",
                way_out="The head returns before sign-off, the office after it.",
                state=order.state,
            )
        due = working_days_after(today_for_people(uow.now), CORRECTION_WORKING_DAYS)
        order.correction_due = end_of_day(due.day)
        advance(uow, order, "return", words)
        return uow.answer(order)


def reject(
    ctx: Context, request: Request, order_id: UUID, *, reason: str | None = None, expected_version: int | None = None
) -> Order:
    """Says no, with the reason; everything held is let go."""
    _words(reason, None)
    return _office_act(ctx, request, order_id, "reject", reason=reason, expected_version=expected_version)


def _refuse_self(request: Request, order: Order) -> None:
    """Separation of duties: nobody decides on what they asked for."""
    if request.actor.account_id == order.applicant_id:
        raise Forbidden("Nobody decides on an own order.", way_out="Another person has to decide.")


def _approve(ctx: Context, uow: UnitOfWork, order: Order, event: str, reason: str | None) -> None:
    """Policies are judged once more; then the build is queued together with the approval, or not at all."""
    found = assessment.assess(ctx, uow, order)
    if found.denials:
        raise PolicyDenied(
            "Policies now deny this order: {rules}.",
            findings=[msgspec.to_builtins(finding) for finding in found.ruling.findings],
            rules=", ".join(finding.rule for finding in found.denials),
        )
    if event == "approve":
        lacking = found.ruling.roles - {role.value for role in uow.actor.roles}
        if lacking:
            raise Forbidden(
                "Policy asks for the approval of {roles}.",
                way_out="Leave it to somebody who holds that role.",
                roles=", ".join(sorted(lacking)),
            )
    order.ruling = found.ruling
    queue(uow, order, found, event, reason)


def queue(uow: UnitOfWork, order: Order, found: assessment.Assessment, event: str, reason: str | None) -> None:
    """Puts what was planned on record and queues the build under the order's next attempt."""
    order.attempt += 1
    assessment.register(uow, found.plan)
    advance(uow, order, event, reason)
    uow.start("provision_order", order.workflow_id, str(order.id), queue_key=order.cloud or "")


def _office_act(
    ctx: Context, request: Request, order_id: UUID, event: str, *, reason: str | None, expected_version: int | None
) -> Order:
    request.actor.require(Permission.ORDERS_REVIEW)
    with ctx.unit_of_work(request) as uow:
        order = own(uow, request, order_id, expected_version)
        if event == "reject" and order.state == "signed_off":
            advance(uow, order, "review")
        advance(uow, order, event, reason)
        if not order.open:
            assessment.let_go(uow, order)
        return uow.answer(order)


def _words(reason: str | None, missing: list[str] | None) -> str:
    """The reason and the numbered list of what is missing; raises Invalid when there is neither."""
    lines = [reason.strip()] if reason and reason.strip() else []
    lines += [f"{number}. {entry}" for number, entry in enumerate(missing or [], start=1)]
    if not lines:
        raise Invalid("A refusal needs a reason.", field="reason", way_out="Say what is missing or why not.")
    return "\n".join(lines)
