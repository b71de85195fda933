"""A run of a playbook, and what it said in a moment."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.domain.runs import RunEvent
from cloudctl.ports.queries.rows.base import Row


class RunRow(Row, frozen=True):
    """A run; `names` are the aliases of its hosts by id. The filter `host_id` finds the runs of a host."""

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {"playbook", "state", "zone", "origin", "subject", "system_id", "department_id", "host_id"}
    )

    id: UUID
    playbook: str
    state: str
    zone: str
    check: bool
    origin: str
    names: dict[str, str]
    subject: str
    system_id: UUID | None
    department_id: UUID | None
    host_id: UUID | None
    asked_by: UUID | None
    approved_by: UUID | None
    resume_of: UUID | None
    attempts: int
    words: dict[str, str]
    failed_task: str | None
    begun_at: datetime | None
    ended_at: datetime | None
    created_at: datetime
    version: int


class RunEventsRow(Row, frozen=True):
    """What a run said in a moment, in the order of `seq`; `state` is set where it ended."""

    seq: int
    run_id: UUID
    at: datetime
    events: tuple[RunEvent, ...]
    dropped: int
    state: str | None
