"""Syncs of the clouds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select

from cloudctl.domain.syncs import Sync, SyncMode
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import syncs


class SyncRecords(Records[Sync]):
    """Syncs."""

    noun, what = Sync, "sync"

    def lock(self, key: UUID) -> Sync:
        return self._locked(key)

    def open_of(self, cloud: str) -> Sequence[Sync]:
        going = select(Sync).where(syncs.c.cloud == cloud, syncs.c.state.in_(("asked", "running")))
        return self._all(going.order_by(syncs.c.id))

    def latest(self, cloud: str, mode: SyncMode | None = None, *, clean: bool = False) -> Sync | None:
        ended = ("clean",) if clean else ("clean", "partial", "failed")
        last = select(Sync).where(syncs.c.cloud == cloud, syncs.c.state.in_(ended))
        if mode is not None:
            last = last.where(syncs.c.mode == mode)
        return self._one(last.order_by(syncs.c.started_at.desc(), syncs.c.id.desc()).limit(1))

    def forget(self, cloud: str, before: datetime) -> int:
        last_clean = (
            select(func.max(syncs.c.started_at))
            .where(syncs.c.cloud == cloud, syncs.c.state == "clean")
            .group_by(syncs.c.mode)
        )
        old = delete(syncs).where(
            syncs.c.cloud == cloud, syncs.c.ended_at < before, syncs.c.started_at.not_in(last_clean)
        )
        return self.session.connection().execute(old).rowcount
