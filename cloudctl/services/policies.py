"""What the policies say about an order as things stand now: for the reviewer, beside quota and capacity."""

from __future__ import annotations

from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.ports.context import Context, Request
from cloudctl.services import evaluations
from cloudctl.services.evaluations import Evaluation


def explain(ctx: Context, request: Request, order_id: UUID) -> Evaluation:
    """Judges an order on record once more; writes nothing. Raises what handing it in now would raise."""
    request.actor.require(Permission.POLICIES_READ)
    with ctx.unit_of_work(request) as uow:
        order = uow.orders.get(order_id)
        request.actor.require_sight(order.department_id, "order", order_id)
        return evaluations.assess(ctx, uow, order)
