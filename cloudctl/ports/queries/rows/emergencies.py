"""The record of an emergency, with the number of its order."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class EmergencyRow(Row, frozen=True):
    """The record of an emergency, with the number of its order."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"number", "state", "department_id", "late"})

    id: UUID
    number: str
    order_id: UUID
    order: str
    department_id: UUID
    approver: str
    approved_at: datetime
    noted_by: UUID
    note: str
    due_at: datetime
    state: str
    late: bool
    document_number: str | None
    signed_by: UUID | None
    signed_at: datetime | None
    closed_by: UUID | None
    closed_at: datetime | None
    created_at: datetime
    version: int
