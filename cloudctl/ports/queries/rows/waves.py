"""Waves, moves, their steps and slips, as lists show them."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row

Text = dict[str, str]


class WaveRow(Row, frozen=True):
    """A wave: `left` of its systems have not arrived; `late` and `held` count its open steps that are so.

    `missing` is how many systems outside of it have not arrived that one of its systems needs; `health` is on_track,
    lagging or blocked.
    """

    FILTERS: ClassVar[frozenset[str]] = frozenset({"number", "state", "health"})

    id: UUID
    number: int
    state: str
    starts_on: date
    ends_on: date
    promised_on: date | None
    provisional: bool
    systems: int
    vcpu: int
    memory_mib: int
    left: int
    late: int
    held: int
    missing: int
    health: str
    words: list[Text]
    created_at: datetime
    version: int


class MoveRow(Row, frozen=True):
    """A system's way to the platform: `wave` is its number, `words` why it is there or what is in the way."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"department_id", "system_id", "state", "wave"})

    id: UUID
    system_id: UUID
    system: str
    system_name: str
    department_id: UUID
    wave: int | None
    position: int | None
    state: str
    starts_on: date | None
    ends_on: date | None
    vcpu: int
    memory_mib: int
    words: list[Text]
    done_at: datetime | None
    created_at: datetime
    version: int


class StepRow(Row, frozen=True):
    """A step of a move: `system` is a code, `role` who owes it, `held` what keeps it from being done."""

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {"department_id", "system_id", "wave", "state", "kind", "role", "overdue"}
    )

    id: UUID
    system_id: UUID
    system: str
    department_id: UUID
    wave: int | None
    position: int
    kind: str
    name: Text
    role: str
    playbook: str | None
    due_on: date
    state: str
    overdue: bool
    held: str | None
    note: str | None
    done_at: datetime | None
    created_at: datetime
    version: int


class SlipRow(Row, frozen=True):
    """A step that was not done on its day, and on which day it was done at last, if it was."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"department_id", "system_id", "wave"})

    id: UUID
    system_id: UUID
    system: str
    department_id: UUID
    wave: int
    name: Text
    due_on: date
    noticed_on: date
    done_at: datetime | None
    created_at: datetime


class ReadinessRow(Row, frozen=True):
    """From when a department is ready."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"department_id"})

    id: UUID
    department_id: UUID
    department: str
    ready_on: date
    reason: str
    created_at: datetime
    version: int
