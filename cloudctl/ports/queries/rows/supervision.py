"""A running clock: `due_on` is the promised last day of the step, `days_left` the working days to it."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class DueRow(Row, frozen=True):
    """A running clock: `due_on` is the promised last day of the step, `days_left` the working days to it."""

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {"step", "kind", "department_id", "order_id", "card", "due_on", "days_left", "provisional"}
    )

    id: UUID
    order_id: UUID
    number: str
    title: str
    department_id: UUID
    department: str
    kind: str
    step: str
    due_on: date
    statutory_on: date
    days_left: int
    provisional: bool
    frozen_until: date | None
    card: str | None
    started_at: datetime


class CardRow(Row, frozen=True):
    """A warning, a yellow or a red card; `excuse` explains it away."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"colour", "step", "department_id", "order_id", "due_on"})

    id: UUID
    order_id: UUID
    number: str
    title: str
    department_id: UUID
    department: str
    step: str
    colour: str
    due_on: date
    told: list[str]
    given_at: datetime
    excused_at: datetime | None
    excused_by: UUID | None
    excuse: str | None
    version: int
