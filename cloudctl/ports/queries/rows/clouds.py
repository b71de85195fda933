"""A cloud on record."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class CloudRow(Row, frozen=True):
    """A cloud on record; `health` and `age_s`, seconds since `synced_at`, say how far its figures can be relied on."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"id", "code", "kind", "health"})

    id: UUID
    code: str
    name: str
    kind: str
    zones: list[str]
    capacity: dict[str, int]
    overcommit: dict[str, float]
    reserves: dict[str, dict[str, int]]
    headroom_percent: int
    max_mlps_level: int
    external_network: str | None
    architectures: list[str]
    retired: bool
    health: str
    synced_at: datetime | None
    age_s: int | None
    version: int
