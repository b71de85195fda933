"""Workflows, for operators: `/v1/workflows`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Acting, Caller
from api.openapi import answering
from api.schemas.orders import DecisionIn, OrderOut
from api.schemas.workflows import WorkflowOut, WorkflowRow
from cloudctl.domain.accounts import Permission, missing
from cloudctl.services import workflows

router = APIRouter(tags=["workflows"])


@router.get("/v1/workflows", **answering(WorkflowRow, many=True, needs=Permission.WORKFLOWS_READ))
def list_workflows(
    request: Request,
    saga: str | None = None,
    status: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The newest workflows."""
    caller = Caller(request)
    found = workflows.recent(caller.ctx, caller.request, saga=saga, status=status, limit=limit)
    return plain([WorkflowRow.of(state) for state in found])


@router.get("/v1/workflows/{workflow_id}", **answering(WorkflowOut, needs=Permission.WORKFLOWS_READ))
def get_workflow(request: Request, workflow_id: str) -> Response:
    """One workflow with its finished steps."""
    caller = Caller(request)
    return plain(WorkflowOut.told(workflows.get(caller.ctx, caller.request, workflow_id)))


@router.post("/v1/workflows/{workflow_id}/retry", **answering(OrderOut, status=202, needs=Permission.WORKFLOWS_WRITE))
def retry_workflow(act: Acting, workflow_id: str, body: DecisionIn | None = None) -> Response:
    """Lets a parked order's build go on in a new attempt. The order's id serves as well as the workflow's."""
    return act.carry_out(OrderOut.of, workflows.retry, _order_of(workflow_id), _reason(body))


@router.post(
    "/v1/workflows/{workflow_id}/rollback", **answering(OrderOut, status=202, needs=Permission.WORKFLOWS_WRITE)
)
def roll_back_workflow(act: Acting, workflow_id: str, body: DecisionIn | None = None) -> Response:
    """Has a parked order undone. The order's id serves as well as the workflow's."""
    return act.carry_out(OrderOut.of, workflows.roll_back, _order_of(workflow_id), _reason(body))


@router.post(
    "/v1/workflows/{workflow_id}/resume", **answering(WorkflowRow, status=202, needs=Permission.WORKFLOWS_WRITE)
)
def resume_workflow(act: Acting, workflow_id: str) -> Response:
    """Puts a stopped or stranded workflow back into its queue."""
    return act.carry_out(WorkflowRow.of, workflows.resume, workflow_id)


def _order_of(workflow_id: str) -> UUID:
    """The order that a workflow is about: its id is `<order id>:<attempt>`."""
    try:
        return UUID(workflow_id.partition(":")[0])
    except ValueError:
        raise missing("order", workflow_id) from None


def _reason(body: DecisionIn | None) -> str | None:
    return None if body is None else body.reason
