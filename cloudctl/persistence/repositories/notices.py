"""The outbox of notices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from cloudctl.domain.notices import Notice
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import notices


class NoticeRecords(Records[Notice]):
    """Notices."""

    noun, what = Notice, "notice"

    def due(self, now: datetime, limit: int) -> Sequence[Notice]:
        """Oldest first; rows that another sender has locked are passed over."""
        due = select(Notice).where(notices.c.state == "pending", notices.c.due_at <= now)
        return self._all(due.order_by(notices.c.due_at, notices.c.id).limit(limit).with_for_update(skip_locked=True))
