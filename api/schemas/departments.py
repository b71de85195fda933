"""Departments."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

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


class PinIn(In):
    """The clouds, by code, that alone may serve a department and the units below it; none at all: any cloud may."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"clouds": ["cloud-a"]}]})

    clouds: Annotated[frozenset[Code], Field(max_length=50)]


class RetirementIn(In):
    """Why a department ends."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "机构改革，撤销"}]})

    reason: Annotated[str, Field(min_length=1, max_length=4000)]


class MergerIn(RetirementIn):
    """Into which department one is merged, and why."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"into": "019ab3c0-6f00-7b12-8a44-5b1e9d7c4a02", "reason": "机构改革，并入"}]}
    )

    into: UUID


class DepartmentOut(Out, frozen=True, kw_only=True):
    """A department. `clouds` are those that it is pinned to, by code. With `retired_at` it has ended.

    `successor_id` is the one that it was merged into.
    """

    id: UUID
    code: str
    name: str
    level: Level
    parent_id: UUID | None
    clouds: frozenset[str]
    retired_at: datetime | None
    successor_id: UUID | None
    created_at: datetime
    version: int
