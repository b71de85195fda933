"""Cards of the supervision."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from cloudctl.domain.cards import Card
from cloudctl.ports.repositories.base import Repository


class Cards(Repository[Card], Protocol):
    """Cards of the supervision."""

    def lock(self, key: UUID) -> Card:
        """Like `get`, and no other transaction can change it until this one ends; raises NotFound."""
        ...
