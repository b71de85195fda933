"""Checks of applications, their history, incidents, and maintenance, as lists show them."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class CheckRow(Row, frozen=True):
    """A check of an application; `promise` is in basis points of a month, `words` by locale."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"app_id", "app", "department_id", "name", "kind", "state", "cause"})

    id: UUID
    app_id: UUID
    app: str
    department_id: UUID
    name: str
    kind: str
    target: str
    every_s: int
    promise: int
    state: str
    cause: str | None
    words: dict[str, str]
    in_a_row: int
    since: datetime | None
    looked_at: datetime | None
    milliseconds: int | None
    certificate_until: datetime | None
    created_at: datetime
    version: int


class CheckResultRow(Row, frozen=True):
    """So many looks in a row with one outcome."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"check_id", "app_id", "app", "department_id", "well", "cause"})

    id: UUID
    check_id: UUID
    check: str
    app_id: UUID
    app: str
    department_id: UUID
    well: bool
    cause: str | None
    words: dict[str, str]
    begun_at: datetime
    until_at: datetime
    looks: int
    slowest_ms: int
    created_at: datetime


class IncidentRow(Row, frozen=True):
    """An incident of an application."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"app_id", "app", "department_id", "state", "cause"})

    id: UUID
    app_id: UUID
    app: str
    department_id: UUID
    cause: str
    checks: list[str]
    words: dict[str, str]
    state: str
    begun_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    created_at: datetime
    version: int


class MaintenanceRow(Row, frozen=True):
    """A planned window; everybody may see it."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"name"})

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
