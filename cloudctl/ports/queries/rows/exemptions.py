"""An exemption."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class ExemptionRow(Row, frozen=True):
    """An exemption."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"rule", "department_id", "system_id"})

    id: UUID
    rule: str
    department_id: UUID
    system_id: UUID | None
    reason: str
    approved_by: UUID
    ends_on: date
    created_at: datetime
    revoked_at: datetime | None
    version: int
