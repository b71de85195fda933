"""Rules of adoption, adoptions, and what they take."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class AdoptionRuleRow(Row, frozen=True):
    """A rule of adoption."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"code", "department_id", "system_id"})

    id: UUID
    code: str
    priority: int
    matches: dict[str, str]
    department_id: UUID
    system_id: UUID
    zone: str | None
    term_months: int
    contact: str
    created_at: datetime
    version: int


class AdoptionRow(Row, frozen=True):
    """An adoption; `takes` counts the objects that it set out to take, `adopted` those that are on record now."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"number", "state", "source"})

    id: UUID
    number: str
    state: str
    source: str
    rules: list[str]
    takes: int
    adopted: int
    last_error: str | None
    created_at: datetime
    ended_at: datetime | None
    version: int


class TakingRow(Row, frozen=True):
    """One object that an adoption takes; `id` is the resource's."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"adoption_id", "state", "kind", "cloud", "department_id"})

    id: UUID
    adoption_id: UUID
    source: str
    object_id: UUID
    cloud: str
    kind: str
    native_id: str
    name: str
    department_id: UUID
    system_id: UUID
    zone: str
    expires_on: date
    contact: str
    state: str
    note: str | None
