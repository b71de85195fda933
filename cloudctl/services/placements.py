"""Placements: where an order's items go, or would go, and why."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.orders import Order
from cloudctl.domain.placements import Placement
from cloudctl.ports.context import Context, Request
from cloudctl.services import evaluations


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """An order's places; `decided` where they were chosen at submission, not what would be chosen now."""

    order: Order
    decided: bool
    placements: list[Placement]


def explain(ctx: Context, request: Request, order_id: UUID) -> Explained:
    """The places of an order of what the actor sees; of a draft, those that it would get if it were handed in now.

    Writes nothing. Raises what handing the draft in would raise.
    """
    request.actor.require(Permission.ORDERS_READ)
    with ctx.unit_of_work(request) as uow:
        order = uow.orders.get(order_id)
        request.actor.require_sight(order.department_id, "order", order_id)
        if order.placements:
            return Explained(order=order, decided=True, placements=list(order.placements))
        found = evaluations.assess(ctx, uow, order)
        return Explained(order=order, decided=False, placements=found.placements)
