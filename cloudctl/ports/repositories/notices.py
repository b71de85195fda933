"""The outbox. What is handed out is locked for this transaction; what another sender has is passed over."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cloudctl.domain.notices import Attempt, News, Notice
from cloudctl.ports.repositories.base import Repository


class Notices(Repository[Notice], Protocol):
    """The outbox. What is handed out is locked for this transaction; what another sender has is passed over."""

    def add_once(self, news: News) -> bool:
        """Puts it on record unless its person was told of its event through its channel; says whether it did."""
        ...

    def lock(self, key: UUID) -> Notice:
        """Like `get`, and no other transaction can change it until this one ends; raises NotFound."""
        ...

    def due(self, channel: str, now: datetime, limit: int) -> Sequence[Notice]:
        """Those whose time has come, oldest first; but for urgent ones, none past an older one that is stuck."""
        ...

    def digestible(self, channel: str, now: datetime) -> Sequence[Notice]:
        """Those whose digest is due."""
        ...

    def strays(self, channels: Collection[str], now: datetime, limit: int) -> Sequence[Notice]:
        """Due ones of any channel but these."""
        ...

    def parts(self, digests: Collection[UUID]) -> Sequence[Notice]:
        """What was folded into these, oldest first."""
        ...

    def let_go(self, keys: Collection[UUID]) -> None:
        """Gives pending ones back that were claimed and not tried."""
        ...

    def tried(self, attempt: Attempt) -> None:
        """Puts an attempt on record."""
        ...

    def attempts(self, key: UUID) -> Sequence[Attempt]:
        """The attempts of one notice, oldest first."""
        ...
