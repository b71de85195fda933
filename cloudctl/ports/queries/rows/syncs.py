"""A sync of a cloud."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class SyncRow(Row, frozen=True):
    """A sync of a cloud; `error` has, by language, why it did not end well."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"cloud", "mode", "state"})

    id: UUID
    cloud: str
    mode: str
    state: str
    asked_by: UUID | None
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    objects: int
    changed: int
    missing: int
    error: dict[str, str] | None
