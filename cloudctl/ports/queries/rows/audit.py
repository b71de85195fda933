"""An audit event; `record` is its canonical JSON, as bytes that are passed on untouched."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from cloudctl.ports.queries.rows.base import Row


class AuditRow(Row, frozen=True):
    """An audit event; `record` is its canonical JSON, as bytes that are passed on untouched."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"actor", "action", "target_kind", "target_id", "department_id"})

    id: UUID
    at: datetime
    actor: str
    action: str
    target_kind: str
    target_id: str
    department_id: UUID | None
    outcome: str
    sealed_at: datetime | None
    record: msgspec.Raw
