"""The outbox of notices."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true, tuple_, update

from cloudctl.domain.notices import URGENT, Attempt, News, Notice
from cloudctl.persistence.repositories.foresight import is_together
from cloudctl.persistence.repositories.outgoing import put
from cloudctl.persistence.repositories.records import Records, insert_unless_there, record, unless_there
from cloudctl.persistence.tables import notice_attempts, notices

_NEWS = [entry.name for entry in fields(News)]
_TOGETHER = 1000


class NoticeRecords(Records[Notice]):
    """Notices, in the order in which they were made."""

    noun, what = Notice, "notice"

    def add_once(self, news: News) -> bool:
        """Waits for another transaction that tells of the same; its row stands if it commits."""
        row = {name: getattr(news, name) for name in _NEWS}
        if is_together(self.session):
            put(self.session, unless_there(notices, self.session.get_bind().dialect.name), row)
            return True
        self.session.flush()  # what the notice refers to
        return insert_unless_there(self.session, notices, row)

    def lock(self, key: UUID) -> Notice:
        return self._locked(key)

    def due(self, channel: str, now: datetime, limit: int) -> Sequence[Notice]:
        older = notices.alias("older")
        stuck = (
            select(older.c.id)
            .where(
                older.c.channel == notices.c.channel,
                older.c.recipient == notices.c.recipient,
                older.c.state == "pending",
                tuple_(older.c.created_at, older.c.id) < tuple_(notices.c.created_at, notices.c.id),
                or_(older.c.claimed_until > now, and_(older.c.failing_since.is_not(None), older.c.due_at > now)),
            )
            .exists()
        )
        passes = or_(notices.c.template.in_(sorted(URGENT)), ~stuck)
        return self._free(now, limit, notices.c.channel == channel, passes)

    def digestible(self, channel: str, now: datetime) -> Sequence[Notice]:
        waiting = notices.c.channel == channel, notices.c.digest == true(), notices.c.failing_since.is_(None)
        return self._free(now, _TOGETHER, *waiting)

    def strays(self, channels: Collection[str], now: datetime, limit: int) -> Sequence[Notice]:
        return self._free(now, limit, notices.c.channel.not_in(sorted(channels)))

    def parts(self, digests: Collection[UUID]) -> Sequence[Notice]:
        folded = select(Notice).where(notices.c.folded_into.in_(list(digests)) if digests else false())
        return self._all(folded.order_by(notices.c.created_at, notices.c.id))

    def let_go(self, keys: Collection[UUID]) -> None:
        mine = notices.c.id.in_(list(keys)), notices.c.state == "pending"
        self.session.execute(update(notices).where(*mine).values(claimed_until=None))

    def tried(self, attempt: Attempt) -> None:
        record(self.session, attempt)

    def attempts(self, key: UUID) -> Sequence[Attempt]:
        of_it = select(Attempt).where(notice_attempts.c.notice_id == key)
        return self.session.scalars(of_it.order_by(notice_attempts.c.id)).all()

    def _free(self, now: datetime, limit: int, *which: ColumnElement[bool]) -> Sequence[Notice]:
        """Pending ones whose time has come and that nobody has, locked; rows that another has locked are passed over.

        The first of a lane are read with the rest, so that what a person gets keeps its order.
        """
        unclaimed = or_(notices.c.claimed_until.is_(None), notices.c.claimed_until <= now)
        found = select(Notice).where(notices.c.state == "pending", notices.c.due_at <= now, unclaimed, *which)
        oldest = found.order_by(notices.c.created_at, notices.c.id).limit(limit)
        return self._all(oldest.with_for_update(skip_locked=True, of=notices))
