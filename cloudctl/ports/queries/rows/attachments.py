"""An attachment of an order."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class AttachmentRow(Row, frozen=True):
    """An attachment of an order."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"order_id", "digest"})

    id: UUID
    order_id: UUID
    department_id: UUID
    name: str
    media_type: str
    size_bytes: int
    digest: str
    document_number: str
    stamped_by: str
    added_by: UUID
    created_at: datetime
