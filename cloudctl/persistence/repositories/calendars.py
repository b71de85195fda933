"""The office's own days, and freeze windows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from cloudctl.domain.accounts import missing
from cloudctl.domain.calendars import CalendarDay
from cloudctl.domain.freezes import Freeze
from cloudctl.persistence.repositories.foresight import remembered
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import calendar_days, freezes


class CalendarDayRecords(Records[CalendarDay]):
    """Local days, each date once."""

    noun, what = CalendarDay, "calendar day"

    def between(self, first: date, last: date) -> Sequence[CalendarDay]:
        return remembered(self.session, ("days", first, last), lambda: self._between(first, last))

    def _between(self, first: date, last: date) -> Sequence[CalendarDay]:
        within = select(CalendarDay).where(calendar_days.c.day >= first, calendar_days.c.day <= last)
        with self.session.no_autoflush:  # a transition reads it, and is one UPDATE of its order
            return self._all(within.order_by(calendar_days.c.day))

    def on(self, day: date) -> CalendarDay | None:
        return self._one(select(CalendarDay).where(calendar_days.c.day == day).with_for_update())

    def remove(self, day: date) -> CalendarDay:
        """Takes it off the record and answers what it was; raises NotFound."""
        found = self.on(day)
        if found is None:
            raise missing(self.what, day)
        self.session.delete(found)
        return found


class FreezeRecords(Records[Freeze]):
    """Freeze windows."""

    noun, what = Freeze, "freeze"

    def lock(self, key: UUID) -> Freeze:
        return self._locked(key)

    def ending_after(self, moment: datetime) -> Sequence[Freeze]:
        return remembered(self.session, ("freezes", moment), lambda: self._ending_after(moment))

    def _ending_after(self, moment: datetime) -> Sequence[Freeze]:
        standing = select(Freeze).where(freezes.c.ends_at > moment)
        with self.session.no_autoflush:
            return self._all(standing.order_by(freezes.c.starts_at, freezes.c.id))
