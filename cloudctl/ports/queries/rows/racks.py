"""A rack."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class RackRow(Row, frozen=True):
    """A rack, with its room's code and owner."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"code", "room_id", "zone", "department_id"})
    AS_OF: ClassVar[bool] = True

    id: UUID
    room_id: UUID
    room: str
    department_id: UUID
    code: str
    units: int
    power_w: int | None
    zone: str
    gone_on: date | None
    created_at: datetime
    version: int
