"""Departments (部门/单位): the tenants, in a tree of levels."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from cloudctl.domain.errors import Invalid
from cloudctl.domain.identifiers import new_id


class Level(StrEnum):
    """Where a department stands: 市直, 区市, 镇街."""

    CITY = "city"
    DISTRICT = "district"
    TOWNSHIP = "township"


@dataclass(kw_only=True, eq=False)
class Department:
    """A tenant. `code` is the office's own short code, unique for ever; `parent_id` its upper unit."""

    id: UUID = field(default_factory=new_id)
    code: str
    name: str
    level: Level
    parent_id: UUID | None = None
    created_at: datetime
    version: int = 1

    def __post_init__(self) -> None:
        if not self.code.isascii() or not self.code.replace("-", "").isalnum():
            raise Invalid(
                "{code!r} is not a department code.", field="code", way_out="Use ASCII letters, digits and hyphens.",
                code=self.code,
            )  # fmt: skip
