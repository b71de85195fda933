"""An assessment, as a list shows it."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.domain.assessments import Proposal
from cloudctl.ports.queries.rows.base import Row


class AssessmentRow(Row, frozen=True):
    """What the rules propose for a system, and what was decided; `system` and `successor` are codes."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"department_id", "system_id", "state", "proposed", "verdict"})

    id: UUID
    system_id: UUID
    system: str
    system_name: str
    department_id: UUID
    state: str
    proposed: str | None
    grounds: list[Proposal]
    verdict: str | None
    why: str | None
    until_on: date | None
    successor: str | None
    vcpu: int | None
    memory_mib: int | None
    decided_at: datetime | None
    created_at: datetime
    version: int
