"""Syncs of the clouds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cloudctl.domain.syncs import Sync, SyncMode
from cloudctl.ports.repositories.base import Repository


class Syncs(Repository[Sync], Protocol):
    """Syncs of the clouds."""

    def lock(self, key: UUID) -> Sync:
        """Like `get`, and whoever else locks it waits until this transaction ends."""
        ...

    def open_of(self, cloud: str) -> Sequence[Sync]:
        """A cloud's syncs that have not ended, the oldest first."""
        ...

    def latest(self, cloud: str, mode: SyncMode | None = None, *, clean: bool = False) -> Sync | None:
        """The one that ended last, of this mode or any; with `clean`, the last clean one."""
        ...

    def forget(self, cloud: str, before: datetime) -> int:
        """Drops what ended before; the last clean ones stay. Answers how many."""
        ...
