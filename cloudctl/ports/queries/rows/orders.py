"""An order in a list; its items and findings come with the single order."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class OrderRow(Row, frozen=True):
    """An order in a list; its items and findings come with the single order.

    `step` is what the clock runs for, `due_on` its promised last day, `days_left` the working days to it. A due day in
    a freeze window is judged as `frozen_until`.
    """

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {"state", "department_id", "system_id", "zone", "cloud", "number", "office_id", "emergency"}
    )

    id: UUID
    number: str
    department_id: UUID
    department: str
    system_id: UUID
    system: str
    title: str
    zone: str
    cloud: str | None
    state: str
    emergency: bool
    effect: str | None
    created_at: datetime
    submitted_at: datetime | None
    delivered_at: datetime | None
    correction_due: datetime | None
    step: str | None
    due_on: date | None
    due_provisional: bool | None
    frozen_until: date | None
    days_left: int | None
    office_id: UUID | None
    version: int
