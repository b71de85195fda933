"""What is known of servers as hosts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cloudctl.domain.hosts import Host, Target


class Hosts(Protocol):
    """What is known of servers as hosts; a server of which nothing is known has none."""

    def add(self, host: Host) -> None: ...

    def find(self, key: UUID) -> Host | None:
        """By its server's id, fresh and locked until the transaction ends."""
        ...

    def targets(self, keys: Collection[UUID]) -> Sequence[Target]:
        """Those of these ids that are servers of ours, whatever their life, by name; an unknown key is ""."""
        ...

    def new(self, since: datetime, limit: int) -> Sequence[UUID]:
        """Servers that were ordered since then, are active on a real cloud, have an address and no pinned key."""
        ...

    def quarantined(self, keys: Collection[UUID]) -> set[UUID]:
        """Which of these servers are in quarantine, by a clearing or on order."""
        ...
