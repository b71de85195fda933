"""Machine rooms, with the fields that domain/rooms.py declares."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from api.schemas.fields import Changes, In, Out
from api.schemas.register import changing, showing, taking
from cloudctl.domain.rooms import FIELDS

_DEFAULTS = {"department_id": None, "kind": "own", "category": "server_room", "status": "in_use"}


@taking(FIELDS, optional=_DEFAULTS)
class RoomIn(In):
    """A machine room. A department puts its own on record, the office any.

    What a department plans, or opened after the rule against own rooms, is an application for one: policies judge it.
    Areas are in m², power and cooling in kW, with one decimal.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"code": "fgw-1", "name": "发展改革委机房", "opened_on": "2012-05-01", "area_m2": 40, "power_kw": 20}
            ]
        }
    )


@changing(FIELDS, without=frozenset({"code"}))
class RoomChanges(Changes):
    """What of a room can change; `status` has to be within one step of its life."""


@showing(FIELDS)
class RoomOut(Out, frozen=True, kw_only=True):
    """A machine room, and the exemption from the rule against own rooms that it stands under."""

    id: UUID
    exemption_id: UUID | None
    created_at: datetime
    version: int


class RoomSpaceOut(Out, frozen=True, kw_only=True):
    """What a zone of a shared room has left for colocation: units in all and in one piece, and watts."""

    room_id: UUID
    room: str
    zone: str
    racks: int
    units: int
    largest: int
    power_w: int | None
