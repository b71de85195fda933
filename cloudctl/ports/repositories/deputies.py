"""Appointments: who acts for whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cloudctl.domain.accounts import Account
from cloudctl.domain.deputies import Deputy
from cloudctl.ports.repositories.base import Repository


class Deputies(Repository[Deputy], Protocol):
    """Appointments: who acts for whom."""

    def lock(self, key: UUID) -> Deputy:
        """Like `get`, and no other transaction can change it until this one ends; raises NotFound."""
        ...

    def of_persons(self, persons: Collection[UUID]) -> Sequence[Deputy]:
        """Those not revoked in which one of them takes part; nobody else appoints them until this one ends."""
        ...

    def in_place_of(self, persons: Collection[UUID], now: datetime) -> Sequence[tuple[UUID, Account]]:
        """(principal's id, deputy) of the appointments of these people that are in force, active deputies only."""
        ...
