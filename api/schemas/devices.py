"""Devices, with the fields that domain/devices.py declares."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from api.schemas.fields import UNSET, Changes, In, Out
from api.schemas.register import changing, showing, taking
from cloudctl.domain.devices import FIELDS


@taking(FIELDS, optional={"department_id": None, "status": "running"})
class DeviceIn(In):
    """A physical server or another device, and where it stands; money is in fen.

    In the shared room it stands under a `colocation_id` of its department, within the units of that.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"code": "fgw-sv-01", "kind": "server", "units": 2, "serial": "2102311TUV", "status": "running"}
            ]
        }
    )

    colocation_id: UUID | None = None


@changing(FIELDS, without=frozenset({"code"}))
class DeviceChanges(Changes):
    """What of a device can change; `status` has to be within one step of its life."""

    colocation_id: UUID | None = UNSET


@showing(FIELDS)
class DeviceOut(Out, frozen=True, kw_only=True):
    """A device."""

    id: UUID
    colocation_id: UUID | None
    created_at: datetime
    version: int
