"""Network accesses, also by the order that asked for them, and what they take of an egress."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from cloudctl.domain.accesses import Access
from cloudctl.ports.repositories.base import Repository


class Accesses(Repository[Access], Protocol):
    """Accesses, also by the order that asked for them."""

    def lock(self, key: UUID) -> Access:
        """By id and fresh, locked until the transaction ends."""
        ...

    def find(self, key: UUID) -> Access | None: ...

    def by_number(self, number: str) -> Access | None: ...

    def of_order(self, order_id: UUID) -> Sequence[Access]:
        """What an order asked for, by its item."""
        ...

    def of_department(self, department_id: UUID) -> Sequence[Access]:
        """Its accesses, by number."""
        ...

    def ending_on(self, day: date) -> Sequence[Access]:
        """Those in use whose term ends on this day, by number."""
        ...

    def egress_mbps(self, zone: str) -> int:
        """What is taken of a zone's Internet egress, held for orders included."""
        ...
