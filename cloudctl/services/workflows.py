"""Workflows, for the operator: what runs, what is parked, and the three ways on."""

from __future__ import annotations

from uuid import UUID

from cloudctl.domain.accounts import Permission, missing
from cloudctl.domain.errors import Conflict
from cloudctl.domain.orders import Order
from cloudctl.domain.workflows import StepState, WorkflowState
from cloudctl.ports.context import Context, Request
from cloudctl.services import freezes
from cloudctl.services.history import advance
from cloudctl.services.replays import keep, replay


def recent(
    ctx: Context, request: Request, *, saga: str | None = None, status: str | None = None, limit: int = 50
) -> list[WorkflowState]:
    """The newest workflows."""
    request.actor.require(Permission.WORKFLOWS_READ)
    return ctx.workflows.recent(saga=saga, status=status, limit=limit)


def get(ctx: Context, request: Request, workflow_id: str) -> tuple[WorkflowState, list[StepState]]:
    """One workflow with its finished steps."""
    request.actor.require(Permission.WORKFLOWS_READ)
    state = ctx.workflows.get(workflow_id)
    if state is None:
        raise missing("workflow", workflow_id)
    return state, ctx.workflows.steps(workflow_id)


def retry(ctx: Context, request: Request, order_id: UUID, reason: str | None = None) -> Order:
    """Lets a parked order's build go on: a new attempt, whose steps find what the earlier one made.

    Raises Conflict once undoing has removed something: what is gone would be missing from the delivery.
    """
    return _restart(ctx, request, order_id, "retry", saga="provision_order", reason=reason)


def roll_back(ctx: Context, request: Request, order_id: UUID, reason: str | None = None) -> Order:
    """Has a parked order undone in reverse; it ends as failed with nothing held."""
    return _restart(ctx, request, order_id, "roll_back", saga="undo_order", reason=reason)


def resume(ctx: Context, request: Request, workflow_id: str) -> WorkflowState:
    """Puts a stopped or stranded workflow back into its queue; finished steps are not run again."""
    request.actor.require(Permission.WORKFLOWS_WRITE)
    plain = replay(ctx, request)
    state = ctx.workflows.get(workflow_id)
    if state is None:
        raise missing("workflow", workflow_id)
    with ctx.unit_of_work(plain) as uow:
        uow.audit("start/resume", "workflow", workflow_id)
    ctx.workflows.resume(workflow_id)
    return keep(ctx, request, state)


def _restart(ctx: Context, request: Request, order_id: UUID, event: str, *, saga: str, reason: str | None) -> Order:
    request.actor.require(Permission.WORKFLOWS_WRITE)
    with ctx.unit_of_work(request) as uow:
        order = uow.orders.lock(order_id)
        request.actor.require_sight(order.department_id, "order", order_id)
        if event == "retry" and any(resource.state == "undone" for resource in uow.resources.of_order(order_id)):
            raise Conflict(
                "Undoing {number} has begun; it cannot be built on.",
                way_out="Have it rolled back; the department can then hand in a new order.",
                number=order.number,
            )
        if event == "retry":
            freezes.refuse_frozen_order(uow, order)
        advance(uow, order, event, reason)
        order.attempt += 1
        uow.start(saga, order.workflow_id, str(order.id), queue_key=order.lane)
        return uow.answer(order)
