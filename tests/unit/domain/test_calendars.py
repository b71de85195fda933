from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudctl.domain.calendars import (
    add_months,
    end_of_day,
    is_working_day,
    today_for_people,
    working_days_after,
)

NATIONAL_DAY_2026 = [date(2026, 10, day) for day in range(1, 8)]


@pytest.mark.parametrize("day", NATIONAL_DAY_2026)
def test_national_day_2026_is_free(day: date) -> None:
    assert is_working_day(day) == (False, False)


@pytest.mark.parametrize("day", [date(2026, 9, 20), date(2026, 10, 10)])
def test_weekends_that_make_up_for_it_are_working_days(day: date) -> None:
    assert day.weekday() >= 5
    assert is_working_day(day) == (True, False)


def test_a_limit_over_national_day_2026() -> None:
    assert working_days_after(date(2026, 9, 30), 1) == (date(2026, 10, 8), False)
    assert working_days_after(date(2026, 9, 30), 3) == (date(2026, 10, 10), False)
    assert working_days_after(date(2026, 9, 30), 4) == (date(2026, 10, 12), False)


def test_a_limit_of_no_days_is_its_own_day() -> None:
    assert working_days_after(date(2026, 10, 1), 0) == (date(2026, 10, 1), False)


def test_beyond_the_published_year_weekends_and_fixed_holidays_are_free_and_it_is_provisional() -> None:
    assert is_working_day(date(2031, 10, 1)) == (False, True)
    assert is_working_day(date(2031, 5, 1)) == (False, True)
    assert is_working_day(date(2031, 1, 1)) == (False, True)
    assert is_working_day(date(2031, 10, 4)) == (False, True)  # a Saturday
    assert is_working_day(date(2031, 10, 6)) == (True, True)
    assert working_days_after(date(2031, 9, 30), 2) == (date(2031, 10, 7), True)


def test_a_limit_that_runs_into_the_unpublished_year_is_provisional() -> None:
    last = date(2026, 12, 31)
    assert working_days_after(last, 1).provisional
    assert not working_days_after(last - timedelta(days=7), 1).provisional


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 40))
def test_a_limit_counts_exactly_its_working_days(start: date, days: int) -> None:
    end = working_days_after(start, days).day
    between = [start + timedelta(days=number) for number in range(1, (end - start).days + 1)]
    assert sum(is_working_day(day)[0] for day in between) == days
    assert is_working_day(end)[0]


def test_the_date_changes_at_midnight_in_shanghai() -> None:
    assert today_for_people(datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC)) == date(2026, 3, 1)
    assert today_for_people(datetime(2026, 3, 1, 16, 0, 0, tzinfo=UTC)) == date(2026, 3, 2)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1)))  # noqa: DTZ001 - made aware below
def test_a_day_ends_where_the_next_begins(at: datetime) -> None:
    aware = at.replace(tzinfo=UTC)
    day = today_for_people(aware)
    assert end_of_day(day - timedelta(days=1)) <= aware < end_of_day(day)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 11, 15), 1, date(2026, 12, 15)),
        (date(2026, 11, 30), 2, date(2027, 1, 30)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
        (date(2026, 3, 31), 36, date(2029, 3, 31)),
    ],
)
def test_months_are_calendar_months(day: date, months: int, then: date) -> None:
    assert add_months(day, months) == then
