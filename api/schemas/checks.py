"""Checks, incidents, maintenance and availability, as they are sent and answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from api.schemas.fields import In, Name, Out, Zone
from cloudctl.domain.checks import Words
from cloudctl.services.availability import AppAvailability, AppStatus, DepartmentAvailability, Status


class MaintenanceIn(In):
    """A window from `starts_at` up to and without `ends_at`; neither `zones` nor `apps` means all applications."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "主机补丁",
                    "starts_at": "2027-03-06T22:00:00+08:00",
                    "ends_at": "2027-03-07T02:00:00+08:00",
                    "zones": ["extranet"],
                    "reason": "系统补丁与重启",
                }
            ]
        }
    )

    name: Name
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    reason: Annotated[str, Field(min_length=1, max_length=4000)]
    zones: Annotated[list[Zone], Field(max_length=100)] = Field(default_factory=list)
    apps: Annotated[list[UUID], Field(max_length=1000)] = Field(default_factory=list)


class MaintenanceOut(Out, frozen=True, kw_only=True):
    """A planned window."""

    id: UUID
    name: str
    starts_at: datetime
    ends_at: datetime
    zones: list[str]
    apps: list[UUID]
    reason: str
    planned_by: UUID
    created_at: datetime
    cancelled_at: datetime | None
    version: int


class MonthOut(Out, frozen=True, kw_only=True):
    """Availability of a month against what is promised, up to now where it is not over; shares in basis points."""

    month: str
    since: datetime
    until: datetime
    apps: list[AppAvailability]
    departments: list[DepartmentAvailability]


class IncidentOut(Out, frozen=True, kw_only=True):
    """An incident; `words` say by locale what was seen first."""

    id: UUID
    app: str
    cause: str
    checks: list[str]
    words: Words
    state: str
    begun_at: datetime
    opened_at: datetime
    closed_at: datetime | None


class PlannedOut(Out, frozen=True, kw_only=True):
    """A window of a status page."""

    id: UUID
    name: str
    starts_at: datetime
    ends_at: datetime
    zones: list[str]
    apps: list[UUID]


class StatusOut(Out, frozen=True, kw_only=True):
    """What a status page shows: the state of all, each application, incidents of late, what is planned."""

    at: datetime
    state: str
    apps: list[AppStatus]
    incidents: list[IncidentOut]
    maintenance: list[PlannedOut]

    @classmethod
    def of(cls, entity: Status) -> Self:
        """Of a moment."""
        return cls(
            **cls.copied(entity, "incidents", "maintenance"),
            incidents=[IncidentOut.of(one) for one in entity.incidents],
            maintenance=[PlannedOut.of(one) for one in entity.maintenance],
        )
