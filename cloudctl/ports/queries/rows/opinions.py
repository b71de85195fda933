"""A specialist's opinion; `number` is its order's."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class OpinionRow(Row, frozen=True):
    """A specialist's opinion; `number` is its order's."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"specialist", "state", "verdict", "order_id", "department_id"})

    id: UUID
    order_id: UUID
    number: str
    title: str
    department_id: UUID
    department: str
    specialist: str
    state: str
    verdict: str | None
    conditions: list[str]
    words: str
    giver: str | None
    given_at: datetime | None
    asked_at: datetime
    due_at: datetime
    version: int
