"""Acceptance (受理): the office takes a signed order up, refuses to, or returns it with every defect told at once.

An order is not decided before it is accepted. Acceptance asks the specialists whom policies name; a return keeps its
defects on record, so that a later one cannot rest on what could be seen the time before.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.errors import Forbidden, Invalid
from cloudctl.domain.orders import Order
from cloudctl.domain.returns import Defect, Digests, FoundDefect, Return, digests, judged
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import duties, evaluations, limits, opinions
from cloudctl.services.history import advance
from cloudctl.services.orders import OrderForm, own

FIELDS = tuple(entry.name for entry in fields(OrderForm))
NAMES = frozenset({*FIELDS, "attachments"})


def accept(
    ctx: Context, request: Request, order_id: UUID, *, reason: str | None = None, expected_version: int | None = None
) -> Order:
    """Accepts a signed order; the specialists whom policies name now are asked side by side."""
    request.actor.require(Permission.ORDERS_REVIEW)
    with ctx.unit_of_work(request) as uow:
        order = own(uow, request, order_id, expected_version)
        duties.decide(request.actor, order)
        if order.state == "signed_off":
            order.ruling = evaluations.assess(ctx, uow, order).ruling
        take_up(uow, order, order.ruling.specialists, reason)
        return uow.answer(order)


def take_up(uow: UnitOfWork, order: Order, specialists: Collection[str] = (), reason: str | None = None) -> None:
    """The acceptance itself, within the caller's transaction; a decision on a signed order accepts it by the way."""
    order.require("accept")
    order.accepted_by, order.accepted_at = uow.actor.account_id, uow.now
    opinions.ask_all(uow, order, specialists)
    advance(uow, order, "accept", reason)


def refuse(
    ctx: Context, request: Request, order_id: UUID, *, reason: str | None = None, expected_version: int | None = None
) -> Order:
    """Does not accept the order, with the reason; everything held is let go."""
    request.actor.require(Permission.ORDERS_REVIEW)
    if not (reason or "").strip():
        raise Invalid("A refusal needs a reason.", field="reason", way_out="Say what is missing or why not.")
    with ctx.unit_of_work(request) as uow:
        order = own(uow, request, order_id, expected_version)
        duties.decide(request.actor, order)
        advance(uow, order, "refuse", reason)
        evaluations.let_go(uow, order)
        return uow.answer(order)


def returns(ctx: Context, request: Request, order_id: UUID) -> Sequence[Return]:
    """The returns of one order of what the actor sees, by round."""
    request.actor.require(Permission.ORDERS_READ)
    with ctx.unit_of_work(request) as uow:
        order = uow.orders.get(order_id)
        request.actor.require_sight(order.department_id, "order", order_id)
        return uow.returns.of_order(order_id)


def return_one(uow: UnitOfWork, order: Order, found: Sequence[FoundDefect], reason: str | None) -> None:
    """Returns a locked order with all its defects, within the caller's transaction.

    From the second return on a defect that could have been told before needs `orders:override` and a reason.
    """
    _check(found)
    order.require("return")
    before = uow.returns.of_order(order.id)
    now = _digests(order)
    defects = judged(found, before[-1] if before else None, now)
    if before:
        _refuse_repeated(uow, defects, reason)
    order.correction_due = limits.correction_due(uow, order)
    made = Return(
        order_id=order.id,
        department_id=order.department_id,
        round=len(before) + 1,
        defects=defects,
        digests=now,
        reason=reason,
        returned_by=uow.actor.account_id,
        returned_at=uow.now,
        due_at=order.correction_due,
    )
    uow.returns.add(made)
    uow.audit(
        "deny/defects",
        "order",
        order.id,
        department_id=order.department_id,
        after={"round": made.round, "defects": defects},
        reason=reason,
    )
    advance(uow, order, "return", _words(reason, defects))


def _check(found: Sequence[FoundDefect]) -> None:
    if not found:
        raise Invalid(
            "A return names every defect at once.",
            field="defects",
            way_out="Say what is missing or wrong: --missing or --defect, once for each.",
        )
    for position, defect in enumerate(found):
        root = (defect.field or "").partition(".")[0].partition("[")[0]
        if root and root not in NAMES:
            raise Invalid(
                "The form has no field {name}.",
                field=f"defects[{position}].field",
                way_out="Name a field of the form, as `purpose` or `items[0].specification`; or leave it out.",
                name=root,
            )
        if not defect.words.strip():
            raise Invalid(
                "A defect needs words.",
                field=f"defects[{position}].words",
                way_out="Say what is missing or wrong, and what would be right.",
            )


def _refuse_repeated(uow: UnitOfWork, defects: Sequence[Defect], reason: str | None) -> None:
    """Whoever is told once more of what could be seen before was not told everything at once."""
    repeated = [defect for defect in defects if defect.visible_from_start]
    if not repeated:
        return
    if Permission.ORDERS_OVERRIDE not in uow.actor.permissions:
        raise Forbidden(
            "These defects could be seen at the return before: {defects}.",
            way_out="Decide on the order as it is, or leave the return to an office administrator, who gives a reason.",
            defects="; ".join(defect.words for defect in repeated),
        )
    if not (reason or "").strip():
        raise Invalid(
            "Another return on what could be seen before needs a reason.",
            field="reason",
            way_out="Say why it was not told the first time.",
        )


def _digests(order: Order) -> Digests:
    return digests({name: getattr(order, name) for name in FIELDS})


def _words(reason: str | None, defects: Sequence[Defect]) -> str:
    """What the applicant reads: the reason, then the defects with numbers."""
    lines = [reason.strip()] if reason and reason.strip() else []
    return "\n".join([*lines, *(f"{number}. {defect.words}" for number, defect in enumerate(defects, start=1))])
