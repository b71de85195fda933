"""What happened over a time, as monthly figures count it: servers, orders and cases that came, went or got stuck.

    queries.months.servers(ServersThat.OPENED, since, until)

Times count from after `since` to `until`, both instants; each answer is one statement, in the order of ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

import msgspec

from cloudctl.domain.reports import CasesThat, OrdersThat, ServersThat


class MonthServer(msgspec.Struct, frozen=True, kw_only=True):
    """A server that came or went: `at` is when. `order` is the number of the order that asked for it, if any."""

    id: UUID
    name: str
    cloud: str
    zone: str
    vcpu: int
    memory_mib: int
    department_id: UUID
    department: str
    system: str | None
    order: str | None
    at: datetime


class MonthOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order to which something happened; `days` is from its submission to its delivery, by the people's calendar."""

    id: UUID
    number: str
    title: str
    department_id: UUID
    department: str
    at: datetime
    submitted_at: datetime | None
    delivered_at: datetime | None
    days: int | None = None


class MonthCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case to which something happened."""

    id: UUID
    number: str
    title: str
    department_id: UUID
    department: str
    due_on: date
    at: datetime


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """What a department had of servers for a system (None: for none) at a moment."""

    department_id: UUID
    department: str
    department_name: str
    system: str | None
    system_name: str | None
    servers: int
    vcpu: int
    memory_mib: int


class Months(Protocol):
    """What happened, and what was had at the end."""

    def servers(self, that: ServersThat, since: datetime, until: datetime) -> Sequence[MonthServer]:
        """Servers that were opened for an order, taken over without one, or reclaimed."""
        ...

    def orders(self, that: OrdersThat, since: datetime, until: datetime) -> Sequence[MonthOrder]:
        """Orders that were submitted, delivered, parked for an operator, or failed; each once."""
        ...

    def cases(self, that: CasesThat, since: datetime, until: datetime) -> Sequence[MonthCase]:
        """Cases that were opened or closed, or that were due and still open at the end."""
        ...

    def holdings(self, at: datetime) -> Sequence[Holding]:
        """What each department had for each of its systems, systems without a server included; by codes."""
        ...
