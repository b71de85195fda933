"""Decisions on orders: the head's signature, and the office's approval, return and rejection.

Each act is one transaction, as in `services/orders.py`. The build is queued here and nowhere else, together with the
approval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import Actor, Permission, Role
from cloudctl.domain.calendars import PEOPLE_ZONE
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, PolicyDenied, Refused
from cloudctl.domain.orders import Order
from cloudctl.domain.returns import FoundDefect
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import acceptances, duties, evaluations, freezes, limits, opinions
from cloudctl.services.history import advance
from cloudctl.services.orders import own

BEGUN = frozenset({"provisioning", "attention", "delivered", "failed", "closed"})  # a cloud may have been written to


def sign_off(
    ctx: Context, request: Request, order_id: UUID, *, reason: str | None = None, expected_version: int | None = None
) -> Order:
    """The department head's signature (单位审签); what policies still approve as a small request is queued at once."""
    request.actor.require(Permission.ORDERS_SIGN_OFF)
    with ctx.unit_of_work(request) as uow:
        order = own(uow, request, order_id, expected_version)
        order.require("sign_off")  # who signs twice is told the state, not that he may not
        duties.separate(request.actor, order)
        order.signed_off_by, order.signed_off_for = request.actor.account_id, request.actor.for_account_id
        advance(uow, order, "sign_off", reason)
        if order.ruling.auto_approved:
            order.ruling = evaluations.assess(ctx, uow, order).ruling
        if order.ruling.auto_approved and not freezes.keeps_waiting(uow, order):
            _approve(ctx, uow, order, "auto_approve", None)
        return uow.answer(order)


def approve(
    ctx: Context, request: Request, order_id: UUID, *, reason: str | None = None, expected_version: int | None = None
) -> Order:
    """Approves, and queues the build in the same transaction; policies are judged once more."""
    request.actor.require(Permission.ORDERS_REVIEW)
    with ctx.unit_of_work(request) as uow:
        return uow.answer(approve_one(ctx, uow, own(uow, request, order_id, expected_version), reason))


def approve_one(ctx: Context, uow: UnitOfWork, order: Order, reason: str | None) -> Order:
    """Approves a locked order within the caller's transaction."""
    actor = uow.actor
    duties.decide(actor, order)
    if order.state == "signed_off":
        acceptances.take_up(uow, order)
    order.require("approve")  # who approves twice is told the state, not what the plan collides with
    order.approved_by, order.approved_for = actor.account_id, actor.for_account_id
    _approve(ctx, uow, order, "approve", reason)
    return order


def send_back(
    ctx: Context,
    request: Request,
    order_id: UUID,
    *,
    reason: str | None = None,
    missing: list[str] | None = None,
    defects: Sequence[FoundDefect] = (),
    expected_version: int | None = None,
) -> Order:
    """Returns an order for correction (补正) with everything that is missing; a department head may, too."""
    _require_return(request.actor)
    with ctx.unit_of_work(request) as uow:
        return uow.answer(return_one(uow, own(uow, request, order_id, expected_version), reason, missing, defects))


def return_one(
    uow: UnitOfWork,
    order: Order,
    reason: str | None,
    missing: list[str] | None,
    defects: Sequence[FoundDefect] = (),
) -> Order:
    """Returns a locked order within the caller's transaction.

    Before sign-off the head says what is missing. After it the office names defects; words in `missing` are documents.
    """
    office = _require_return(uow.actor)
    if (order.state == "submitted") == office:
        raise Conflict(
            "An order in state {state} is not yours to return.",
            way_out="The head returns before sign-off, the office after it.",
            state=order.state,
        )
    (duties.decide if office else duties.separate)(uow.actor, order)
    if office:
        found = [*(FoundDefect(words=words) for words in missing or ()), *defects]
        acceptances.return_one(uow, order, found, reason)
    else:
        words = _words(reason, [*(missing or ()), *(defect.words for defect in defects)])
        order.correction_due = limits.correction_due(uow, order)
        advance(uow, order, "return", words)
    return order


def _require_return(actor: Actor) -> bool:
    """Whether the actor returns for the office (True) or for the department; raises Forbidden for neither."""
    if Permission.ORDERS_REVIEW in actor.permissions:
        return True
    actor.require(Permission.ORDERS_SIGN_OFF)
    return False


def reject(
    ctx: Context, request: Request, order_id: UUID, *, reason: str | None = None, expected_version: int | None = None
) -> Order:
    """Says no, with the reason; everything held is let go."""
    request.actor.require(Permission.ORDERS_REVIEW)
    with ctx.unit_of_work(request) as uow:
        return uow.answer(reject_one(uow, own(uow, request, order_id, expected_version), reason))


def reject_one(uow: UnitOfWork, order: Order, reason: str | None) -> Order:
    """Rejects a locked order within the caller's transaction."""
    _words(reason, None)
    duties.decide(uow.actor, order)
    if order.state == "signed_off":
        acceptances.take_up(uow, order)
    advance(uow, order, "reject", reason)
    evaluations.let_go(uow, order)
    return order


def recall(
    ctx: Context, request: Request, order_id: UUID, *, reason: str | None = None, expected_version: int | None = None
) -> Order:
    """Takes an approval back until the build starts; quota stays held, and the next approval is a new attempt.

    Only who approved, his deputy or an office-admin. The order's lock decides between this and the build's start: one
    of them comes first, and the other finds what it did. Raises Conflict that says how far the order has come.
    """
    actor = request.actor
    actor.require(Permission.ORDERS_REVIEW)
    words = _words(reason, None)
    try:
        with ctx.unit_of_work(request) as uow:
            order = own(uow, request, order_id, expected_version)
            if order.state == "approved" and not _may_recall(actor, order):
                raise Forbidden(
                    "Only who approved an order, his deputy or an office administrator takes it back.",
                    way_out="Ask one of them.",
                )
            advance(uow, order, "recall", words)
            uow.resources.forget_planned(order.id)
            order.approved_by = order.approved_for = None
            return uow.answer(order)
    except Refused as error:
        raise _too_late(ctx, request, order_id) from error


def _may_recall(actor: Actor, order: Order) -> bool:
    return Role.OFFICE_ADMIN in actor.roles or bool(actor.persons & {order.approved_by, order.approved_for})


def _too_late(ctx: Context, request: Request, order_id: UUID) -> Conflict:
    """What has become of an order that cannot be recalled: its state, since when, and the last step of its build."""
    with ctx.unit_of_work(replace(request, idempotency=None)) as uow:
        order = uow.orders.get(order_id)
    if order.state not in BEGUN:
        return Conflict(
            "Order {number} is {state}: there is no approval to take back.",
            way_out="Return or reject it instead.",
            number=order.number,
            state=order.state,
        )
    since = [line.at for line in ctx.queries.progress_of(order_id) if line.state == order.state]
    steps = ctx.workflows.steps(order.workflow_id)
    return Conflict(
        "Too late: order {number} has been {state} since {since}; the last step of its build was {step}.",
        way_out="During the build the applicant can withdraw it, and all is undone; afterwards it is released.",
        number=order.number,
        state=order.state,
        since=since[0].astimezone(PEOPLE_ZONE).strftime("%Y-%m-%d %H:%M") if since else "-",
        step=steps[-1].name.rpartition(".")[2] if steps else "-",
    )


def _approve(ctx: Context, uow: UnitOfWork, order: Order, event: str, reason: str | None) -> None:
    """Policies are judged once more; then the build is queued together with the approval, or not at all."""
    found = evaluations.assess(ctx, uow, order)
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
        opinions.weigh(uow, order, found.ruling, reason)
    order.ruling = found.ruling
    queue(uow, order, found, event, reason)


def queue(uow: UnitOfWork, order: Order, found: evaluations.Evaluation, event: str, reason: str | None) -> None:
    """Puts what was planned on record and queues the build under the order's next attempt."""
    freezes.refuse_frozen_order(uow, order)
    order.attempt += 1
    evaluations.register(uow, found.plan)
    advance(uow, order, event, reason)
    uow.start("provision_order", order.workflow_id, str(order.id), str(order.attempt), queue_key=order.lane)


def _words(reason: str | None, missing: list[str] | None) -> str:
    """The reason and the numbered list of what is missing; raises Invalid when there is neither."""
    lines = [reason.strip()] if reason and reason.strip() else []
    lines += [f"{number}. {entry}" for number, entry in enumerate(missing or [], start=1)]
    if not lines:
        raise Invalid("A refusal needs a reason.", field="reason", way_out="Say what is missing or why not.")
    return "\n".join(lines)
