"""Shadow systems, as lists and counts show them, and the sweeps."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class ShadowRow(Row, frozen=True):
    """A shadow: `words` and `next_step` are by locale; `system` and `other` are the codes of a pair."""

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {"kind", "subject", "state", "cloud", "department_id", "name", "object_id", "resource_id", "system_id"}
    )

    id: UUID
    kind: str
    subject: str
    cloud: str | None
    name: str
    department_id: UUID | None
    department: str | None
    system_id: UUID | None
    system: str | None
    other_id: UUID | None
    object_id: UUID | None
    resource_id: UUID | None
    state: str
    words: dict[str, str]
    next_step: dict[str, str]
    act: str | None
    reason: str | None
    until_on: date | None
    target_id: UUID | None
    found_at: datetime
    settled_at: datetime | None
    created_at: datetime
    version: int


class SweepRow(Row, frozen=True):
    """A sweep: what was looked at, whose it is, when it was taken, and how much it has."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"kind", "source"})

    id: UUID
    kind: str
    source: str
    taken_at: datetime
    count: int
    digest: str
    created_at: datetime


class ShadowCount(Row, frozen=True):
    """How many shadows of a kind a department had in a state."""

    kind: str
    department_id: UUID | None
    department: str | None
    state: str
    count: int
