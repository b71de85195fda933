"""Systems: `/v1/systems`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.systems import SystemChanges, SystemIn, SystemOut
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries import SystemRow
from cloudctl.services import systems

router = APIRouter(tags=["systems"])

add_list(
    router,
    "/v1/systems",
    SystemRow,
    of=lambda queries: queries.systems,
    needs=Permission.SYSTEMS_READ,
    name="list_systems",
)


@router.post("/v1/systems", **answering(SystemOut, status=201, needs=Permission.SYSTEMS_WRITE))
def create_system(act: Acting, body: SystemIn) -> Response:
    """Registers a system."""
    return act.carry_out(SystemOut.of, systems.create, **body.fields())


@router.get("/v1/systems/{system_id}", **answering(SystemOut, needs=Permission.SYSTEMS_READ))
def get_system(request: Request, system_id: UUID) -> Response:
    """One system."""
    return Caller(request).show(SystemOut.of, systems.get, system_id)


@router.patch("/v1/systems/{system_id}", **answering(SystemOut, needs=Permission.SYSTEMS_WRITE, versioned=True))
def update_system(act: Acting, system_id: UUID, body: SystemChanges) -> Response:
    """Changes what is sent of a system."""
    return act.carry_out(SystemOut.of, systems.update, system_id, body.changes(), expected_version=act.expected_version)
