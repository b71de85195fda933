"""Racks: `/v1/racks`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api import histories
from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.racks import RackChanges, RackIn, RackOut
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import RackRow
from cloudctl.services import racks

router = APIRouter(tags=["racks"])
PATH = "/v1/racks"

add_list(
    router, PATH, RackRow, of=lambda queries: queries.racks, needs=Permission.ROOMS_READ, name="list_racks"
)  # fmt: skip


@router.post(PATH, **answering(RackOut, status=201, needs=Permission.ROOMS_WRITE))
def create_rack(act: Acting, body: RackIn) -> Response:
    """Puts a rack on record."""
    return act.carry_out(RackOut.of, racks.create, **body.fields())


@router.get(PATH + "/{rack_id}", **answering(RackOut, needs=Permission.ROOMS_READ))
def get_rack(request: Request, rack_id: UUID) -> Response:
    """One rack."""
    return Caller(request).show(RackOut.of, racks.get, rack_id)


@router.patch(PATH + "/{rack_id}", **answering(RackOut, needs=Permission.ROOMS_WRITE, versioned=True))
def update_rack(act: Acting, rack_id: UUID, body: RackChanges) -> Response:
    """Changes what is sent of a rack."""
    return act.carry_out(RackOut.of, racks.update, rack_id, body.changes(), expected_version=act.expected_version)


@router.get(PATH + "/{rack_id}/history", **histories.answering(Permission.ROOMS_READ))
def list_rack_history(request: Request, rack_id: UUID) -> Response:
    """How a rack became what it is: who changed which field when, newest first."""
    return histories.paged(request, racks.history, rack_id)
