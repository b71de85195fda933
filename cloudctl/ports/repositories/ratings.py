"""Ratings; an order's second one raises Conflict."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from cloudctl.domain.ratings import Rating
from cloudctl.ports.repositories.base import Repository


class Ratings(Repository[Rating], Protocol):
    """Ratings; an order's second one raises Conflict."""

    def of_order(self, order_id: UUID) -> Rating | None: ...

    def lock(self, key: UUID) -> Rating:
        """Like `get`, and no other transaction can change it until this one ends; raises NotFound."""
        ...
