"""Orders, with their lock and their numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cloudctl.domain.orders import Order
from cloudctl.ports.repositories.base import Repository


class Orders(Repository[Order], Protocol):
    """Orders, with their lock and their numbers."""

    def lock(self, key: UUID) -> Order:
        """Like `get`, and no other transaction can change it until this one ends; raises NotFound."""
        ...

    def next_number(self, year: int) -> str:
        """The next running number of a year, as `2026-000017`."""
        ...

    def lock_all(self, keys: Collection[UUID], numbers: Collection[str]) -> Sequence[Order]:
        """Those of these ids and numbers that there are, locked in one fixed order, department by department."""
        ...

    def due_for_correction(self, now: datetime) -> Sequence[Order]:
        """Returned orders whose correction deadline has passed."""
        ...
