"""Campaigns, and the throws of the kill switch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.campaigns import Campaign, Stop
from cloudctl.ports.repositories.base import Repository


class Campaigns(Repository[Campaign], Protocol):
    """Campaigns."""

    def lock(self, key: UUID) -> Campaign:
        """Like `get`, and no other transaction can change it until this one ends; raises NotFound."""
        ...

    def standing(self) -> Sequence[Campaign]:
        """Those that have not finished, the oldest first."""
        ...

    def next_number(self, year: int) -> int:
        """The next running number of a year; a transaction that is rolled back leaves no gap."""
        ...


class Stops(Repository[Stop], Protocol):
    """Throws of the kill switch."""

    def lock(self, key: UUID) -> Stop:
        """Like `get`, and no other transaction can change it until this one ends; raises NotFound."""
        ...

    def standing(self) -> Stop | None:
        """The throw that is not lifted."""
        ...

    def all(self) -> Sequence[Stop]:
        """Every throw, the newest first."""
        ...
