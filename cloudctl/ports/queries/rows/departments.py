"""A department."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class DepartmentRow(Row, frozen=True):
    """A department."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"code", "level", "parent_id"})

    id: UUID
    code: str
    name: str
    level: str
    parent_id: UUID | None
    clouds: list[str]
    retired_at: datetime | None
    successor_id: UUID | None
    created_at: datetime
    version: int
