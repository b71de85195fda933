"""A case of listed supervision."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class CaseRow(Row, frozen=True):
    """A case; `department` is the name of who owes it, unless a `role` of the office or operations does."""

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {"number", "department_id", "origin", "role", "state", "card", "subject_kind", "subject_id", "due_on"}
    )

    id: UUID
    number: str
    department_id: UUID
    department: str
    origin: str
    subject_kind: str | None
    subject_id: UUID | None
    role: str | None
    title: str
    reason: str
    state: str
    due_on: date
    provisional: bool
    card: str | None
    proof: str | None
    proved_at: datetime | None
    closed_at: datetime | None
    closing: str | None
    created_at: datetime
    version: int
