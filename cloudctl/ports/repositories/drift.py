"""Findings of drift, and what a comparison of a cloud with our records looks at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cloudctl.domain.drift import Excess, Finding, Hand, Known, News, Record
from cloudctl.ports.repositories.base import Repository


class Drift(Repository[Finding], Protocol):
    """Findings, one at a time for people, and many at once for a comparison."""

    def lock(self, key: UUID) -> Finding: ...

    def known(self, cloud: str) -> dict[UUID, Known]:
        """What was found of a cloud before, by id."""
        ...

    def open(self, cloud: str, sync_id: UUID, news: Sequence[News]) -> int:
        """Puts new findings on record; answers how many are."""
        ...

    def renew(self, sync_id: UUID, news: Sequence[News]) -> int:
        """Takes over what open ones consist of now, and opens what was over; leaves alone what somebody overtook."""
        ...

    def vanish(self, gone: Mapping[UUID, int]) -> int:
        """Open ones, by id and version, that are no longer so."""
        ...

    def records(self, cloud: str) -> Sequence[Record]:
        """What our records say of a cloud; without what is gone."""
        ...

    def named(self, keys: Collection[UUID]) -> dict[UUID, Record]:
        """What our records say of these ids, whatever their cloud and state."""
        ...

    def touched(self, sync_id: UUID) -> set[UUID]:
        """What anybody acted on since the sync was asked for."""
        ...

    def hands(self, cloud: str, since: datetime) -> dict[UUID, Hand]:
        """Who changed each object of a cloud last, as far as the cloud tells."""
        ...

    def tenants(self, cloud: str) -> dict[str, UUID]:
        """Whose each project of a cloud is."""
        ...

    def deserted(self) -> dict[UUID, str]:
        """Departments without any active account, by name."""
        ...

    def excesses(self, cloud: str) -> Sequence[Excess]:
        """Accounts of the ledger above their limit."""
        ...

    def certain_since(self, cloud: str, syncs: int) -> datetime | None:
        """When the earliest of a cloud's last `syncs` clean full ones began; None where there were fewer."""
        ...
