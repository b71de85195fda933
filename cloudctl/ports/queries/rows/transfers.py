"""A transfer, for both departments."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class TransferRow(Row, frozen=True):
    """A transfer, for both departments."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"number", "state", "from_department_id", "to_department_id"})

    id: UUID
    number: str
    from_department_id: UUID
    giver: str
    to_department_id: UUID
    taker: str
    to_system_id: UUID
    system: str
    resources: list[UUID]
    reason: str
    state: str
    given_at: datetime | None
    taken_at: datetime | None
    ended_at: datetime | None
    ended_reason: str | None
    created_at: datetime
    version: int
