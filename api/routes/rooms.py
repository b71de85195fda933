"""Machine rooms: `/v1/rooms`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api import histories
from api.answers import plain
from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.rooms import RoomChanges, RoomIn, RoomOut, RoomSpaceOut
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import RoomRow
from cloudctl.services import rooms

router = APIRouter(tags=["rooms"])
PATH = "/v1/rooms"

add_list(
    router, PATH, RoomRow, of=lambda queries: queries.rooms, needs=Permission.ROOMS_READ, name="list_rooms"
)  # fmt: skip


@router.get(f"{PATH}/spaces", **answering(RoomSpaceOut, many=True, needs=Permission.ROOMS_READ))
def list_room_spaces(request: Request) -> Response:
    """What the shared rooms have left for colocation, by room and zone."""
    caller = Caller(request)
    return plain([RoomSpaceOut.of(entry) for entry in rooms.spaces(caller.ctx, caller.request)])


@router.post(PATH, **answering(RoomOut, status=201, needs=Permission.ROOMS_WRITE))
def create_room(act: Acting, body: RoomIn) -> Response:
    """Puts a machine room on record; a department's new one is refused unless it is exempted."""
    return act.carry_out(RoomOut.of, rooms.create, **body.fields())


@router.get(PATH + "/{room_id}", **answering(RoomOut, needs=Permission.ROOMS_READ))
def get_room(request: Request, room_id: UUID) -> Response:
    """One machine room."""
    return Caller(request).show(RoomOut.of, rooms.get, room_id)


@router.patch(PATH + "/{room_id}", **answering(RoomOut, needs=Permission.ROOMS_WRITE, versioned=True))
def update_room(act: Acting, room_id: UUID, body: RoomChanges) -> Response:
    """Changes what is sent of a machine room."""
    return act.carry_out(RoomOut.of, rooms.update, room_id, body.changes(), expected_version=act.expected_version)


@router.get(PATH + "/{room_id}/history", **histories.answering(Permission.ROOMS_READ))
def list_room_history(request: Request, room_id: UUID) -> Response:
    """How a room became what it is: who changed which field when, newest first."""
    return histories.paged(request, rooms.history, room_id)
