"""Systems: `/v1/systems`."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api import histories
from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.systems import SystemChanges, SystemIn, SystemOut
from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.systems import System
from cloudctl.ports.queries.rows import SystemDueRow, SystemRow
from cloudctl.services import systems

router = APIRouter(tags=["systems"])
PATH = "/v1/systems"

add_list(
    router,
    PATH,
    SystemRow,
    of=lambda queries: queries.systems,
    needs=Permission.SYSTEMS_READ,
    name="list_systems",
)
add_list(
    router,
    f"{PATH}/due",
    SystemDueRow,
    of=lambda queries: queries.systems_due,
    needs=Permission.SYSTEMS_READ,
    name="list_systems_due",
    order="by day",
)


@router.post(PATH, **answering(SystemOut, status=201, needs=Permission.SYSTEMS_WRITE))
def create_system(act: Acting, body: SystemIn) -> Response:
    """Registers a system."""
    return act.carry_out(_shape(act), systems.create, **body.fields())


@router.get(PATH + "/{system_id}", **answering(SystemOut, needs=Permission.SYSTEMS_READ))
def get_system(request: Request, system_id: UUID) -> Response:
    """One system."""
    caller = Caller(request)
    return caller.show(_shape(caller), systems.get, system_id)


@router.patch(PATH + "/{system_id}", **answering(SystemOut, needs=Permission.SYSTEMS_WRITE, versioned=True))
def update_system(act: Acting, system_id: UUID, body: SystemChanges) -> Response:
    """Changes what is sent of a system."""
    return act.carry_out(_shape(act), systems.update, system_id, body.changes(), expected_version=act.expected_version)


@router.get(PATH + "/{system_id}/history", **histories.answering(Permission.SYSTEMS_READ))
def list_system_history(request: Request, system_id: UUID) -> Response:
    """How a system became what it is: who changed which field when, newest first."""
    return histories.paged(request, systems.history, system_id)


def _shape(caller: Caller) -> Callable[[System], SystemOut]:
    today = today_for_people(caller.ctx.clock.now())
    return lambda system: SystemOut.seen(system, today)
