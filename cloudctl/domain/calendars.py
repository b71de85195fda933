"""Working days by the official calendar (国务院办公厅 holiday arrangements).

Beyond the last published year weekends and fixed holidays count as free, and the answer is marked provisional.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import chinese_calendar

PEOPLE_ZONE = ZoneInfo("Asia/Shanghai")
FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
SATURDAY = 5


class Deadline(NamedTuple):
    """The last day of a limit; `provisional` when it passes the last published year."""

    day: date
    provisional: bool


def is_working_day(day: date) -> tuple[bool, bool]:
    """(works, provisional) for one day."""
    try:
        return chinese_calendar.is_workday(day), False
    except NotImplementedError:
        return day.weekday() < SATURDAY and (day.month, day.day) not in FIXED_HOLIDAYS, True


def working_days_after(start: date, days: int) -> Deadline:
    """The day on which a limit of `days` working days that begins the day after `start` runs out."""
    day, left, provisional = start, days, False
    while left > 0:
        day += timedelta(days=1)
        works, guessed = is_working_day(day)
        provisional = provisional or guessed
        left -= works
    return Deadline(day, provisional)


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
