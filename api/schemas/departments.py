"""Departments."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from api.schemas.fields import UNSET, Changes, Code, In, Name, Out
from cloudctl.domain.departments import Level


class DepartmentIn(In):
    """A department to put on record."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "fgw", "name": "发展改革委", "level": "city"}]})

    code: Code
    name: Name
    level: Level
    parent_id: UUID | None = None


class DepartmentChanges(Changes):
    """What of a department can change; the code never does."""

    name: Name = UNSET
    level: Level = UNSET
    parent_id: UUID | None = UNSET


class DepartmentOut(Out, frozen=True, kw_only=True):
    """A department."""

    id: UUID
    code: str
    name: str
    level: Level
    parent_id: UUID | None
    created_at: datetime
    version: int
