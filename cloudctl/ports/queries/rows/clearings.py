"""A clearing, and a close-out line of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class ClearingRow(Row, frozen=True):
    """A case; `department` is the name of who owes the answer, `campaign` the campaign's number."""

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {"number", "campaign_id", "system_id", "department_id", "state", "due_on"}
    )

    id: UUID
    number: str
    campaign_id: UUID
    campaign: str
    system_id: UUID
    system: str
    name: str
    department_id: UUID
    department: str
    state: str
    paused: str | None
    cause: dict[str, str] | None
    saga: str | None
    notified_at: datetime | None
    due_on: date | None
    wakes_on: date | None
    kept_until: date | None
    quarantined_at: datetime | None
    quarantined_until: datetime | None
    backed_up_at: datetime | None
    tested_at: datetime | None
    deleted_at: datetime | None
    backup_until: date | None
    close_out: str | None
    closed_at: datetime | None
    created_at: datetime
    version: int
