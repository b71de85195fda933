"""Network accesses."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import UNSET, Changes, Code, In, Line, Out, Text, Zone
from cloudctl.domain.fittings import AccessKind, AccessLevel

Mbps = Annotated[int, Field(ge=1, le=10_000_000)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]


class AccessIn(In):
    """An access that was there before the platform: lines, terminals or an Internet egress, in use already."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": "ZX-0117",
                    "department_id": "019ab3c0-6f00-7b12-8a44-5b1e9d7c4a02",
                    "kind": "line",
                    "level": "city",
                    "zone": "extranet",
                    "bandwidth_mbps": 100,
                }
            ]
        }
    )

    number: Code
    department_id: UUID
    system_id: UUID | None = None
    kind: AccessKind
    level: AccessLevel
    zone: Zone
    count: Count = 1
    bandwidth_mbps: Mbps | None = None
    security_package: Code | None = None
    name: Line = ""
    from_on: date | None = None
    until_on: date | None = None
    note: Text = ""


class AccessChanges(Changes):
    """What of an access from before the platform can be corrected."""

    name: Line = UNSET
    system_id: UUID | None = UNSET
    level: AccessLevel = UNSET
    count: Count = UNSET
    bandwidth_mbps: Mbps | None = UNSET
    security_package: Code | None = UNSET
    from_on: date | None = UNSET
    until_on: date | None = UNSET
    note: Text = UNSET


class AccessOut(Out, frozen=True, kw_only=True):
    """A network access."""

    id: UUID
    number: str
    department_id: UUID
    system_id: UUID | None
    order_id: UUID | None
    name: str
    state: str
    kind: AccessKind
    level: AccessLevel
    zone: str
    count: int
    bandwidth_mbps: int | None
    security_package: str | None
    term_months: int
    from_on: date | None
    until_on: date | None
    ended_on: date | None
    note: str
    created_at: datetime
    version: int
