"""Transfers between departments."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from cloudctl.domain.transfers import Transfer
from cloudctl.ports.repositories.base import Repository


class Transfers(Repository[Transfer], Protocol):
    """Transfers between departments."""

    def lock(self, key: UUID) -> Transfer: ...

    def next_number(self, year: int) -> str:
        """The next running number of a year, as `HZ2026-0003`."""
        ...
