"""Colocations, also by the order that asked for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from cloudctl.domain.colocations import Colocation
from cloudctl.ports.repositories.base import Repository


class Colocations(Repository[Colocation], Protocol):
    """Colocations, also by the order that asked for them."""

    def lock(self, key: UUID) -> Colocation:
        """By id and fresh, locked until the transaction ends."""
        ...

    def find(self, key: UUID) -> Colocation | None: ...

    def by_number(self, number: str) -> Colocation | None: ...

    def of_order(self, order_id: UUID) -> Sequence[Colocation]:
        """What an order asked for, by its item."""
        ...

    def of_department(self, department_id: UUID) -> Sequence[Colocation]:
        """Its colocations, by number."""
        ...

    def ending_on(self, day: date) -> Sequence[Colocation]:
        """Those in place whose term ends on this day, by number."""
        ...
