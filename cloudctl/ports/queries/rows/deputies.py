"""An appointment, with the logins of the two."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class DeputyRow(Row, frozen=True):
    """An appointment, with the logins of the two."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"principal", "deputy", "department_id"})

    id: UUID
    principal_id: UUID
    principal: str
    deputy_id: UUID
    deputy: str
    department_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    reason: str
    appointed_by: UUID | None
    created_at: datetime
    revoked_at: datetime | None
    version: int
