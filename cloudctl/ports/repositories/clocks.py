"""Clocks of the steps of orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.clocks import Clock
from cloudctl.ports.repositories.base import Repository


class Clocks(Repository[Clock], Protocol):
    """Clocks of the steps of orders."""

    def open_of(self, order_id: UUID) -> Sequence[Clock]:
        """An order's clocks that have not ended."""
        ...

    def running(self) -> Sequence[Clock]:
        """All that run, by promised day."""
        ...
