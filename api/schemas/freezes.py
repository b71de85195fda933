"""Freeze windows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from api.schemas.fields import In, Name, Out, Zone
from cloudctl.domain.freezes import Bound


class FreezeIn(In):
    """A window from `starts_at` up to and without `ends_at`, what it binds, and where: no `zones` means all."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "高考",
                    "starts_at": "2027-06-05T00:00:00+08:00",
                    "ends_at": "2027-06-11T00:00:00+08:00",
                    "binds": ["orders", "resizes", "releases"],
                    "zones": ["extranet"],
                    "reason": "高考期间封网",
                }
            ]
        }
    )

    name: Name
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    binds: Annotated[list[Bound], Field(min_length=1, max_length=len(Bound))]
    zones: Annotated[list[Zone], Field(max_length=100)] = Field(default_factory=list)
    reason: Annotated[str, Field(min_length=1, max_length=4000)]


class FreezeOut(Out, frozen=True, kw_only=True):
    """A freeze window."""

    id: UUID
    name: str
    starts_at: datetime
    ends_at: datetime
    binds: list[Bound]
    zones: list[str]
    reason: str
    created_by: UUID
    created_at: datetime
    cancelled_at: datetime | None
    version: int


class FreezeExceptionIn(In):
    """What an operator begins in an emergency, where (no `zones` means everywhere), and why; it goes on record."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"act": "patches", "zones": ["extranet"], "reason": "OpenSSH 高危漏洞"}]}
    )

    act: Bound
    zones: Annotated[list[Zone], Field(max_length=100)] = Field(default_factory=list)
    reason: Annotated[str, Field(min_length=1, max_length=4000)]


class ClearanceOut(Out, frozen=True, kw_only=True):
    """That an act may begin at `at` in these zones (none: everywhere); `next_freeze` begins at `open_until`.

    `passed` names the open windows that an emergency goes on in.
    """

    act: Bound
    zones: list[str]
    at: datetime
    open_until: datetime | None
    next_freeze: str | None
    passed: list[str]
