"""A machine room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.messages import mark
from cloudctl.ports.queries.rows.base import Row


class RoomRow(Row, frozen=True):
    """A machine room. `exempt_until` is the last day of its exemption; `lapsed` says that the exemption is over."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"code", "department_id", "kind", "category", "status", "lapsed"})
    MEANINGS: ClassVar[Mapping[str, str]] = {
        "lapsed": mark("Only rooms whose exemption is over and that are not closed; or all others.")
    }
    AS_OF: ClassVar[bool] = True

    id: UUID
    department_id: UUID
    code: str
    name: str
    kind: str
    category: str
    address: str
    zones: list[str]
    area_m2: float | None
    power_kw: float | None
    it_power_kw: float | None
    total_power_kw: float | None
    ups_kva: float | None
    cooling_kw: float | None
    server_count: int | None
    virtual_host_count: int | None
    status: str
    opened_on: date | None
    closed_on: date | None
    contact_name: str
    contact_phone: str
    note: str
    exemption_id: UUID | None
    exempt_until: date | None
    lapsed: bool
    created_at: datetime
    version: int
