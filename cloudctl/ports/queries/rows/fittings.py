"""Colocations and network accesses."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class ColocationRow(Row, frozen=True):
    """A colocation, with the codes of its room and rack."""

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {"number", "department_id", "system_id", "order_id", "state", "room_id", "rack_id", "until_on"}
    )
    AS_OF: ClassVar[bool] = True

    id: UUID
    number: str
    department_id: UUID
    system_id: UUID | None
    order_id: UUID | None
    name: str
    state: str
    units: int
    power_w: int
    zone: str | None
    device: str
    room_id: UUID | None
    room: str | None
    rack_id: UUID | None
    rack: str | None
    first_unit: int | None
    term_months: int
    from_on: date | None
    until_on: date | None
    ended_on: date | None
    note: str
    created_at: datetime
    version: int


class AccessRow(Row, frozen=True):
    """A network access."""

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {"number", "department_id", "system_id", "order_id", "state", "kind", "level", "zone", "security_package",
         "until_on"}
    )  # fmt: skip
    AS_OF: ClassVar[bool] = True

    id: UUID
    number: str
    department_id: UUID
    system_id: UUID | None
    order_id: UUID | None
    name: str
    state: str
    kind: str
    level: str
    zone: str
    count: int
    bandwidth_mbps: int | None
    security_package: str | None
    term_months: int
    from_on: date | None
    until_on: date | None
    ended_on: date | None
    note: str
    created_at: datetime
    version: int
