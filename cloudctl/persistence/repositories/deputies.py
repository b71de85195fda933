"""Deputies."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select

from cloudctl.domain.deputies import Deputy
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import accounts, deputies


class DeputyRecords(Records[Deputy]):
    """Appointments."""

    noun, what = Deputy, "deputy"

    def lock(self, key: UUID) -> Deputy:
        return self._locked(key)

    def of_persons(self, persons: Collection[UUID]) -> Sequence[Deputy]:
        """Those not revoked in which one of them takes part. Locks the people: whoever appoints them waits."""
        locked = select(accounts.c.id).where(accounts.c.id.in_(persons)).order_by(accounts.c.id).with_for_update()
        self.session.execute(locked)
        theirs = or_(deputies.c.principal_id.in_(persons), deputies.c.deputy_id.in_(persons))
        return self._all(select(Deputy).where(theirs, deputies.c.revoked_at.is_(None)).order_by(deputies.c.id))

    def in_force(self, key: UUID, now: datetime) -> bool:
        """Read afresh, and held as it is until the transaction ends: a revocation waits."""
        held = select(Deputy).where(deputies.c.id == key).with_for_update(read=True)
        found = self.session.scalars(held.execution_options(populate_existing=True)).one_or_none()
        return found is not None and found.in_force(now)
