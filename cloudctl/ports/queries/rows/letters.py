"""An official letter in a list; its text comes with the single letter. `order` is its order's number."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class LetterRow(Row, frozen=True):
    """An official letter in a list; its text comes with the single letter. `order` is its order's number."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"number", "kind", "order_id", "department_id"})

    id: UUID
    number: str
    kind: str
    order_id: UUID
    order: str
    department_id: UUID
    department: str
    title: dict[str, str]
    issued_at: datetime
