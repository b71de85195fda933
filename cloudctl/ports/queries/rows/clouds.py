"""A cloud on record."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class CloudRow(Row, frozen=True):
    """A cloud on record."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"code", "kind"})

    id: UUID
    code: str
    name: str
    kind: str
    zones: list[str]
    capacity: dict[str, int]
    overcommit: dict[str, float]
    reserves: dict[str, dict[str, int]]
    max_mlps_level: int
    external_network: str | None
    architectures: list[str]
    retired: bool
    version: int
