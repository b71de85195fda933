"""Colocations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import Code, In, Line, Out, Text

Units = Annotated[int, Field(ge=1, le=60)]


class ColocationIn(In):
    """A contract that was there before the platform: `units` of a rack of the shared room, in place already."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": "TG-2021-007",
                    "department_id": "019ab3c0-6f00-7b12-8a44-5b1e9d7c4a02",
                    "rack_id": "019ab3c0-6f00-7b12-8a44-5b1e9d7c4a32",
                    "first_unit": 10,
                    "units": 2,
                    "power_w": 600,
                    "from_on": "2021-03-01",
                }
            ]
        }
    )

    number: Code
    department_id: UUID
    system_id: UUID | None = None
    rack_id: UUID
    first_unit: Units
    units: Units
    power_w: Annotated[int, Field(ge=1, le=100_000)]
    name: Line = ""
    device: Line = ""
    from_on: date | None = None
    until_on: date | None = None
    note: Text = ""


class InstallIn(In):
    """Where it was installed, when not where it was planned."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"first_unit": 12}]})

    rack_id: UUID | None = None
    first_unit: Units | None = None


class ColocationOut(Out, frozen=True, kw_only=True):
    """A place for a department's device in the shared room."""

    id: UUID
    number: str
    department_id: UUID
    system_id: UUID | None
    order_id: UUID | None
    name: str
    state: str
    units: int
    power_w: int
    zone: str | None
    device: str
    room_id: UUID | None
    rack_id: UUID | None
    first_unit: int | None
    term_months: int
    from_on: date | None
    until_on: date | None
    ended_on: date | None
    note: str
    created_at: datetime
    version: int
