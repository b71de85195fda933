"""A system."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class SystemRow(Row, frozen=True):
    """A system."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"code", "department_id", "mlps_level"})

    id: UUID
    department_id: UUID
    code: str
    name: str
    mlps_level: int
    classification: str | None
    created_at: datetime
    version: int
