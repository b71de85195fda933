"""Deputies."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, true

from cloudctl.domain.accounts import Account
from cloudctl.domain.deputies import Deputy
from cloudctl.persistence.repositories.foresight import remembered
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

    def in_place_of(self, persons: Collection[UUID], now: datetime) -> Sequence[tuple[UUID, Account]]:
        whose = frozenset(persons)
        return remembered(self.session, ("in place of", whose), lambda: self._in_place_of(whose, now))

    def _in_place_of(self, persons: frozenset[UUID], now: datetime) -> Sequence[tuple[UUID, Account]]:
        stands = deputies.c.revoked_at.is_(None), deputies.c.starts_at <= now, deputies.c.ends_at > now
        theirs = deputies.c.principal_id.in_(persons), accounts.c.active == true()
        both = select(deputies.c.principal_id, Account).join(accounts, accounts.c.id == deputies.c.deputy_id)
        rows = self.session.execute(both.where(*theirs, *stands).order_by(deputies.c.id)).all()
        return [(principal_id, deputy) for principal_id, deputy in rows]

    def in_force(self, key: UUID, now: datetime) -> bool:
        """Read afresh, and held as it is until the transaction ends: a revocation waits."""
        held = select(Deputy).where(deputies.c.id == key).with_for_update(read=True)
        found = self.session.scalars(held.execution_options(populate_existing=True)).one_or_none()
        return found is not None and found.in_force(now)
