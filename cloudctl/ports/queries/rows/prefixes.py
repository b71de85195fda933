"""A prefix cut from a zone's supernet."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class PrefixRow(Row, frozen=True):
    """A prefix cut from a zone's supernet."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"zone", "state"})

    id: UUID
    zone: str
    supernet: str
    cidr: str
    network_id: UUID
    order_id: UUID | None
    state: str
    cooling_until: datetime | None
    created_at: datetime
