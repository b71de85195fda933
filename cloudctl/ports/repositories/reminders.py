"""What departments were reminded of."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from cloudctl.domain.reminders import Reminder


class Reminders(Protocol):
    """What departments were reminded of."""

    def told(self) -> frozenset[Reminder]:
        """Every one that was given, for days that are still on record."""
        ...

    def add(self, reminders: Collection[Reminder]) -> None:
        """They are given now; raises Conflict where one was given before."""
        ...
