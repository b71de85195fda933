"""A device."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class DeviceRow(Row, frozen=True):
    """A physical server or another device, with the codes of its room and rack."""

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {
            "code", "department_id", "kind", "room_id", "rack_id", "system_id", "status", "serial", "virtual_host",
            "colocation_id",
        }
    )  # fmt: skip
    AS_OF: ClassVar[bool] = True

    id: UUID
    department_id: UUID
    system_id: UUID | None
    code: str
    name: str
    kind: str
    room_id: UUID | None
    room: str | None
    rack_id: UUID | None
    rack: str | None
    first_unit: int | None
    units: int | None
    colocation_id: UUID | None
    vendor: str
    model: str
    serial: str
    addresses: list[str]
    power_w: int | None
    virtual_host: bool
    vm_count: int | None
    status: str
    bought_on: date | None
    cost_fen: int | None
    off_on: date | None
    gone_on: date | None
    note: str
    created_at: datetime
    version: int
