"""Drift: `/v1/drift`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.drift import FindingOut, ResolutionIn
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import DriftRow
from cloudctl.services import drift

router = APIRouter(tags=["drift"])
PATH = "/v1/drift"

add_list(router, PATH, DriftRow, of=lambda queries: queries.drift, needs=Permission.DRIFT_READ, name="list_drift")


@router.get(PATH + "/{finding_id}", **answering(FindingOut, needs=Permission.DRIFT_READ))
def get_drift(request: Request, finding_id: UUID) -> Response:
    """One finding with its evidence."""
    return Caller(request).show(FindingOut.of, drift.get, finding_id)


@router.post(
    PATH + "/{finding_id}/resolve",
    **answering(FindingOut, needs=Permission.DRIFT_WRITE, versioned=True),
)
def resolve_drift(act: Acting, finding_id: UUID, body: ResolutionIn) -> Response:
    """Decides on a finding; what the cloud has to do is queued, and the finding stays resolving until it is done."""
    return act.carry_out(
        FindingOut.of, drift.resolve, finding_id, **body.fields(), expected_version=act.expected_version
    )
