"""Indicators as they were kept for the end of each day: written once, never again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from cloudctl.domain.indicators import Snapshot
from cloudctl.persistence.repositories.records import unless_there
from cloudctl.persistence.tables import indicator_snapshots as kept


class SnapshotRecords:
    """Implements `ports.repositories.indicators.Snapshots`."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def add(self, snapshots: Sequence[Snapshot]) -> int:
        there = self._there(snapshots)
        new = [snapshot for snapshot in snapshots if snapshot.id not in there]
        if new:
            statement = unless_there(kept, self.session.get_bind().dialect.name)
            self.session.connection().execute(statement, [vars(snapshot) for snapshot in new])
        return len(new)

    def days(self, since: date) -> Sequence[date]:
        return list(self.session.scalars(select(kept.c.day).where(kept.c.day >= since).distinct().order_by(kept.c.day)))

    def _there(self, snapshots: Sequence[Snapshot]) -> set[object]:
        days = {snapshot.day for snapshot in snapshots}
        return set(self.session.scalars(select(kept.c.id).where(kept.c.day.in_(days))))
