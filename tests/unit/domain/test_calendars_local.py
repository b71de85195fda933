"""Real dates of the State Council's notices, local days, and properties over random calendars."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudctl.domain.calendars import Calendar, days_between, official_words

# 国办发明电〔2023〕7号, 〔2024〕12号, 〔2025〕7号: first and last free day, and the weekend days that make up for them.
NOTICES = {
    "spring festival 2024": (date(2024, 2, 10), date(2024, 2, 17), [date(2024, 2, 4), date(2024, 2, 18)]),
    "national day 2024": (date(2024, 10, 1), date(2024, 10, 7), [date(2024, 9, 29), date(2024, 10, 12)]),
    "spring festival 2025": (date(2025, 1, 28), date(2025, 2, 4), [date(2025, 1, 26), date(2025, 2, 8)]),
    "national day 2025": (date(2025, 10, 1), date(2025, 10, 8), [date(2025, 9, 28), date(2025, 10, 11)]),
    "spring festival 2026": (date(2026, 2, 15), date(2026, 2, 23), [date(2026, 2, 14), date(2026, 2, 28)]),
    "national day 2026": (date(2026, 10, 1), date(2026, 10, 7), [date(2026, 9, 20), date(2026, 10, 10)]),
}


@pytest.mark.parametrize("name", NOTICES)
def test_the_published_days(name: str) -> None:
    first, last, made_up = NOTICES[name]
    calendar = Calendar()
    assert [calendar.works(day) for day in days_between(first, last)] == [(False, False)] * ((last - first).days + 1)
    assert [calendar.works(day) for day in made_up] == [(True, False)] * len(made_up)
    assert all(day.weekday() >= 5 for day in made_up)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2024, 2, 9), 1, date(2024, 2, 18)),  # the make-up Sunday
        (date(2024, 2, 9), 5, date(2024, 2, 22)),
        (date(2024, 9, 30), 5, date(2024, 10, 12)),  # the make-up Saturday
        (date(2025, 1, 25), 3, date(2025, 2, 5)),  # Sunday 26, Monday 27, then the holiday
        (date(2025, 1, 27), 4, date(2025, 2, 8)),
        (date(2025, 9, 27), 4, date(2025, 10, 9)),
        (date(2026, 2, 13), 2, date(2026, 2, 24)),
        (date(2026, 2, 14), 5, date(2026, 2, 28)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),
    ],
)
def test_limits_over_the_holidays(start: date, days: int, due: date) -> None:
    assert Calendar().after(start, days) == (due, False)
    assert Calendar().left(start, due) == days


def test_a_holiday_and_its_make_up_day_have_a_name() -> None:
    assert official_words(date(2026, 10, 10)) == official_words(date(2026, 10, 1)) == "国庆节"
    assert official_words(date(2026, 11, 20)) == ""
    assert official_words(date(2031, 10, 1)) == ""


def test_a_local_day_goes_before_the_official_calendar() -> None:
    typhoon, saturday = date(2026, 9, 7), date(2026, 9, 12)
    calendar = Calendar({typhoon: False, saturday: True})
    assert calendar.works(typhoon) == (False, False)
    assert calendar.works(saturday) == (True, False)
    assert calendar.after(date(2026, 9, 4), 1).day == date(2026, 9, 8)
    assert calendar.after(date(2026, 9, 11), 1).day == saturday
    assert Calendar({date(2031, 3, 3): True}).works(date(2031, 3, 3)) == (True, False)


def test_what_is_published() -> None:
    assert [Calendar().published(year) for year in (2024, 2025, 2026, 2031)] == [True, True, True, False]


def test_what_is_left_once_it_has_passed_is_counted_back() -> None:
    due = date(2026, 9, 30)
    assert Calendar().left(date(2026, 10, 3), due) == 0  # nothing but free days since
    assert Calendar().left(date(2026, 10, 10), due) == -3
    assert Calendar().left(due, due) == 0


def test_the_first_working_day_that_is_not_barred() -> None:
    assert Calendar().first_from(date(2026, 10, 1)) == date(2026, 10, 8)
    assert Calendar().first_from(date(2026, 10, 1), {date(2026, 10, 8), date(2026, 10, 9)}) == date(2026, 10, 10)


FIRST = date(2027, 1, 1)
DAYS = st.integers(0, 700).map(lambda number: FIRST + timedelta(days=number))
CALENDARS = st.dictionaries(DAYS, st.booleans(), max_size=120).map(Calendar)
NUMBERS = st.integers(1, 60)


def official(free: set[date]) -> Callable[[date], bool | None]:
    """An arrangement that is published for all of these years."""
    return lambda day: day.weekday() < 5 and day not in free


@given(CALENDARS, DAYS, NUMBERS)
def test_a_due_date_is_a_working_day_and_counts_exactly(calendar: Calendar, start: date, days: int) -> None:
    due = calendar.after(start, days).day
    assert calendar.works(due)[0]
    assert sum(calendar.works(day)[0] for day in days_between(start + timedelta(days=1), due)) == days
    assert calendar.left(start, due) == days
    assert calendar.left(due, start) == -days


@given(CALENDARS, DAYS, NUMBERS, st.sets(DAYS, max_size=30))
def test_another_holiday_never_shortens_a_due_date(calendar: Calendar, start: date, days: int, more: set[date]) -> None:
    with_more = Calendar({**calendar.local, **dict.fromkeys(more, False)})
    assert with_more.after(start, days).day >= calendar.after(start, days).day


@given(CALENDARS, DAYS, NUMBERS, NUMBERS)
def test_due_dates_rise_with_the_days(calendar: Calendar, start: date, some: int, more: int) -> None:
    assert calendar.after(start, some).day < calendar.after(start, some + more).day
    assert calendar.after(start, some + more).day == calendar.after(calendar.after(start, some).day, more).day


@given(DAYS, NUMBERS, st.sets(DAYS, max_size=60))
def test_a_published_year_is_not_provisional(start: date, days: int, free: set[date]) -> None:
    assert not Calendar(official=official(free)).after(start, days).provisional
    assert Calendar(official=lambda _: None).after(start, days).provisional
