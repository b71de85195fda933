"""Racks, with the fields that domain/racks.py declares."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from api.schemas.fields import Changes, In, Out
from api.schemas.register import changing, showing, taking
from cloudctl.domain.racks import FIELDS, USUAL_UNITS


@taking(FIELDS, optional={"units": USUAL_UNITS})
class RackIn(In):
    """A rack of a room; its code is the room's own."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"room_id": "019ab3c0-6f00-7b12-8a44-5b1e9d7c4a31", "code": "A01", "units": 42, "power_w": 5000}
            ]
        }
    )


@changing(FIELDS, without=frozenset({"room_id"}))
class RackChanges(Changes):
    """What of a rack can change; one that is taken out is empty."""


@showing(FIELDS)
class RackOut(Out, frozen=True, kw_only=True):
    """A rack."""

    id: UUID
    created_at: datetime
    version: int
