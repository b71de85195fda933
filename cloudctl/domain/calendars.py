"""Working days by the official calendar (国务院办公厅 holiday arrangements), with the office's own days on top.

    calendar = Calendar({date(2026, 9, 7): False})          # a local free day
    calendar.after(date(2026, 9, 30), 3)                    # Deadline(day=date(2026, 10, 10), provisional=False)

Beyond the last published year weekends and fixed holidays count as free, and the answer is marked provisional.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import chinese_calendar

from cloudctl.domain.identifiers import new_id

PEOPLE_ZONE = ZoneInfo("Asia/Shanghai")
FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
SATURDAY = 5
DAY = timedelta(days=1)

Official = Callable[[date], bool | None]
"""Whether the State Council's arrangement makes a day a working day; None beyond the published years."""


class Deadline(NamedTuple):
    """The last day of a limit; `provisional` when it passes the last published year."""

    day: date
    provisional: bool


@dataclass(kw_only=True, eq=False)
class CalendarDay:
    """A day that the office itself makes a working or a free one; `words` say why, `set_by` is who."""

    id: UUID = field(default_factory=new_id)
    day: date
    works: bool
    words: str
    set_by: UUID
    created_at: datetime
    version: int = 1


@lru_cache(maxsize=8192)
def official_day(day: date) -> bool | None:
    """The published arrangement, make-up days (调休) included."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


def official_words(day: date) -> str:
    """The holiday that a day belongs to, or makes up for, in Chinese; "" when there is none."""
    try:
        name = chinese_calendar.get_holiday_detail(day)[1]
    except NotImplementedError:
        return ""
    return "" if name is None else str(chinese_calendar.Holiday(name).chinese)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of one place. `local` goes before `official`, and both before the guess by weekday."""

    local: Mapping[date, bool] = field(default_factory=dict)
    official: Official = official_day
    _counted: dict[tuple[date, date], int] = field(default_factory=dict, init=False, repr=False, compare=False)
    _ends: dict[tuple[date, int], Deadline] = field(default_factory=dict, init=False, repr=False, compare=False)

    def works(self, day: date) -> tuple[bool, bool]:
        """(works, provisional) for one day."""
        if day in self.local:
            return self.local[day], False
        known = self.official(day)
        if known is None:
            return day.weekday() < SATURDAY and (day.month, day.day) not in FIXED_HOLIDAYS, True
        return known, False

    def published(self, year: int) -> bool:
        """Whether the arrangement of a year is known."""
        return self.official(date(year, 7, 1)) is not None

    def after(self, start: date, days: int) -> Deadline:
        """The day on which a limit of `days` working days that begins the day after `start` runs out."""
        if (start, days) not in self._ends:
            self._ends[start, days] = self._end(start, days)
        return self._ends[start, days]

    def _end(self, start: date, days: int) -> Deadline:
        day, left, provisional = start, days, False
        while left > 0:
            day += DAY
            works, guessed = self.works(day)
            provisional = provisional or guessed
            left -= works
        return Deadline(day, provisional)

    def first_from(self, day: date, barred: Collection[date] = ()) -> date:
        """The first working day from `day` on that is not barred."""
        while day in barred or not self.works(day)[0]:
            day += DAY
        return day

    def left(self, today: date, due: date) -> int:
        """The working days after `today` up to and including `due`; once it has passed, how many ago, negative."""
        if due < today:
            return -self.left(due, today)
        if (today, due) not in self._counted:
            self._counted[today, due] = sum(self.works(day)[0] for day in days_between(today + DAY, due))
        return self._counted[today, due]


OFFICIAL = Calendar()


def is_working_day(day: date) -> tuple[bool, bool]:
    """(works, provisional) for one day of the official calendar."""
    return OFFICIAL.works(day)


def working_days_after(start: date, days: int) -> Deadline:
    """`Calendar.after` of the official calendar, without local days."""
    return OFFICIAL.after(start, days)


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def today_for_people(now: datetime) -> date:
    """The date on the wall in Asia/Shanghai, whatever the server's zone."""
    return now.astimezone(PEOPLE_ZONE).date()


def end_of_day(day: date) -> datetime:
    """The last moment of a day for people, as an aware instant."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=PEOPLE_ZONE)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), first_of_next - timedelta(days=1))


def months_until(start: date, end: date) -> int:
    """The whole months from `start` that reach `end`: 12 for the same day a year later, 13 for the day after it."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months + (add_months(start, months) < end)
