"""A freeze window; no `zones` means all."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class FreezeRow(Row, frozen=True):
    """A freeze window; no `zones` means all."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"name"})

    id: UUID
    name: str
    starts_at: datetime
    ends_at: datetime
    binds: list[str]
    zones: list[str]
    reason: str
    created_by: UUID
    created_at: datetime
    cancelled_at: datetime | None
    version: int
