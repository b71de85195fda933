"""The office's own working and free days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from cloudctl.domain.calendars import CalendarDay
from cloudctl.ports.repositories.base import Repository


class CalendarDays(Repository[CalendarDay], Protocol):
    """The office's own working and free days."""

    def between(self, first: date, last: date) -> Sequence[CalendarDay]:
        """Both included, by date."""
        ...

    def on(self, day: date) -> CalendarDay | None:
        """That of a date, locked for this transaction."""
        ...

    def remove(self, day: date) -> CalendarDay:
        """Takes it off the record and answers what it was; raises NotFound."""
        ...
