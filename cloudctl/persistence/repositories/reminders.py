"""What departments were reminded of."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from cloudctl.domain.reminders import Reminder
from cloudctl.persistence.errors import translated
from cloudctl.persistence.tables import reminders

_TOLD = select(*(reminders.c[name] for name in Reminder._fields))
_TELL = insert(reminders)


class ReminderRecords:
    """Reminders."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self._now = now

    def told(self) -> frozenset[Reminder]:
        return frozenset(Reminder(*row) for row in self.session.connection().execute(_TOLD))

    def add(self, reminders: Collection[Reminder]) -> None:
        rows = [reminder._asdict() | {"told_at": self._now} for reminder in reminders]
        if rows:
            with translated():
                self.session.connection().execute(_TELL, rows)
