"""Systems, what they need of each other, and what of theirs runs out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class SystemRow(Row, frozen=True):
    """A system. `lacks` names the fields of the self-inventory (国办发〔2017〕39号) that nobody has filled in yet."""

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {
            "code", "department_id", "mlps_level", "status", "system_class", "use_frequency", "network", "room_id",
            "declared_zombie", "incomplete",
        }
    )  # fmt: skip
    AS_OF: ClassVar[bool] = True

    id: UUID
    department_id: UUID
    code: str
    name: str
    mlps_level: int
    classification: str | None
    system_class: str | None
    status: str
    status_on: date | None
    merged_into_id: UUID | None
    declared_zombie: bool | None
    use_frequency: str | None
    network: str | None
    room_id: UUID | None
    yearly_cost_fen: int | None
    lacks: list[str]
    incomplete: bool
    created_at: datetime
    version: int


class DependencyRow(Row, frozen=True):
    """That a system needs another one; both by id and code."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"system_id", "on_id", "kind"})

    id: UUID
    system_id: UUID
    system: str
    on_id: UUID
    on: str
    kind: str
    note: str | None
    department_id: UUID
    created_at: datetime
    version: int


class SystemDueRow(Row, frozen=True):
    """Something of a system that runs out on `due_on`; `matter` is mlps, crypto, icp, ipv6, contract or maintenance."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"department_id", "matter", "system_id", "days_left"})
    MEANINGS: ClassVar[Mapping[str, str]] = {
        "days_left": "At most so many days left, 90 unless given; what is overdue is always there."
    }

    system_id: UUID
    code: str
    name: str
    department_id: UUID
    department: str
    matter: str
    due_on: date
    days_left: int
