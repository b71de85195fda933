from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from cloudctl.domain.calendars import PEOPLE_ZONE, Calendar, days_between
from cloudctl.domain.clocks import Clock, started
from cloudctl.domain.freezes import Bound, Freeze
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.limits import OrderKind, Step
from tests.unit.domain.test_calendars_local import CALENDARS, DAYS, NUMBERS, official

SOMEBODY = UUID(int=7)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=PEOPLE_ZONE)


def clock_of(calendar: Calendar, day: date, promised: int = 7, statutory: int = 20, **fields: object) -> Clock:
    given_: dict[str, object] = {"binds": [Bound.ORDERS], "freezes": ()} | fields
    return started(
        order_id=new_id(), department_id=new_id(), kind=OrderKind.NEW, step=Step.DECISION, zone="extranet",
        promised=promised, statutory=statutory, calendar=calendar, now=noon(day), **given_,  # type: ignore[arg-type]
    )  # fmt: skip


def freeze(first: date, last: date, *, binds: Sequence[Bound] = (Bound.ORDERS,), zones: Sequence[str] = ()) -> Freeze:
    """A window over whole days."""
    return Freeze(
        name="高考", starts_at=noon(first) - timedelta(hours=12), ends_at=noon(last) + timedelta(hours=12),
        binds=list(binds), zones=list(zones), reason="r", created_by=SOMEBODY,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def test_a_clock_over_national_day() -> None:
    clock = clock_of(Calendar(), date(2026, 9, 30), promised=3, statutory=4)
    assert (clock.promised_on, clock.statutory_on) == (date(2026, 10, 10), date(2026, 10, 12))
    assert (clock.days_left, clock.provisional, clock.frozen_until) == (3, False, None)


def test_it_stops_while_the_applicant_corrects_and_goes_on_with_what_was_left() -> None:
    calendar = Calendar()
    clock = clock_of(calendar, date(2026, 11, 2), promised=7, statutory=20)  # a Monday; due on Wednesday 11
    clock.stop(calendar, noon(date(2026, 11, 4)))
    assert (clock.promised_left, clock.statutory_left, clock.running) == (5, 18, False)
    clock.stop(calendar, noon(date(2026, 11, 9)))  # stopped already
    clock.resume(calendar, noon(date(2026, 11, 16)))
    assert (clock.promised_on, clock.days_left, clock.running) == (date(2026, 11, 23), 5, True)


def test_on_its_last_day_it_resumes_for_one_day_and_overdue_stays_overdue() -> None:
    calendar = Calendar()
    clock = clock_of(calendar, date(2026, 11, 2), promised=2, statutory=3)
    clock.stop(calendar, noon(date(2026, 11, 4)))
    clock.resume(calendar, noon(date(2026, 11, 14)))  # a Saturday
    assert (clock.promised_on, clock.days_left) == (date(2026, 11, 16), 1)
    late = clock_of(calendar, date(2026, 11, 2), promised=2, statutory=3)
    late.stop(calendar, noon(date(2026, 11, 6)))
    late.resume(calendar, noon(date(2026, 11, 20)))
    assert (late.promised_on, late.statutory_on, late.days_left) == (date(2026, 11, 4), date(2026, 11, 5), -12)


def test_an_ended_clock_stands_still() -> None:
    calendar = Calendar()
    clock = clock_of(calendar, date(2026, 11, 2), promised=7)
    clock.end(calendar, noon(date(2026, 11, 4)))
    clock.end(calendar, noon(date(2026, 11, 6)))
    clock.resume(calendar, noon(date(2026, 11, 6)))
    clock.stop(calendar, noon(date(2026, 11, 6)))
    assert (clock.ended_at, clock.stopped_at, clock.days_left) == (noon(date(2026, 11, 4)), None, 5)


def test_a_limit_that_ends_in_a_freeze_window_says_so() -> None:
    window = freeze(date(2026, 11, 9), date(2026, 11, 13))
    clock = clock_of(Calendar(), date(2026, 11, 2), promised=7, freezes=[window])
    assert (clock.promised_on, clock.frozen_until) == (date(2026, 11, 11), date(2026, 11, 16))
    for other in (freeze(date(2026, 11, 9), date(2026, 11, 13), binds=[Bound.PATCHES]),
                  freeze(date(2026, 11, 9), date(2026, 11, 13), zones=["internet"])):  # fmt: skip
        assert clock_of(Calendar(), date(2026, 11, 2), promised=7, freezes=[other]).frozen_until is None


@given(CALENDARS, DAYS, NUMBERS, st.lists(st.tuples(st.integers(0, 20), st.integers(0, 90)), max_size=5))
def test_over_any_stops_the_working_days_add_up(
    calendar: Calendar, start: date, days: int, stops: list[tuple[int, int]]
) -> None:
    clock, today, counted = clock_of(calendar, start, promised=days, statutory=days + 5), start, 0
    for running, resting in stops:
        stop_on = today + timedelta(days=running)
        if stop_on >= clock.promised_on:
            break
        counted += calendar.left(today, stop_on)
        clock.stop(calendar, noon(stop_on))
        assert clock.promised_left == days - counted
        today = stop_on + timedelta(days=resting)
        before = clock.promised_on
        clock.resume(calendar, noon(today))
        assert clock.promised_on >= before
    assert counted + calendar.left(today, clock.promised_on) == days
    assert calendar.works(clock.promised_on)[0]
    assert clock.promised_on <= clock.statutory_on


@given(DAYS, NUMBERS, NUMBERS, st.sets(DAYS, max_size=90), st.dictionaries(DAYS, st.booleans(), max_size=90))
def test_counting_anew_never_shortens(
    start: date, promised: int, more: int, free: set[date], local: dict[date, bool]
) -> None:
    guessed = Calendar(official=lambda _: None)
    clock = clock_of(guessed, start, promised=promised, statutory=promised + more)
    assert clock.provisional
    given_before = (clock.promised_on, clock.statutory_on)
    clock.take(clock.dues(Calendar(local, official(free)), start))
    assert not clock.provisional
    assert clock.promised_on >= given_before[0]
    assert clock.statutory_on >= given_before[1]
    again = (clock.promised_on, clock.statutory_on)
    clock.take(clock.dues(Calendar(official=official(set())), start))
    assert clock.promised_on >= again[0]
    assert clock.statutory_on >= again[1]


@given(CALENDARS, DAYS, NUMBERS, DAYS, st.integers(0, 30))
def test_the_day_that_stands_for_a_frozen_one_is_an_open_working_day(
    calendar: Calendar, start: date, days: int, first: date, length: int
) -> None:
    window = freeze(first, first + timedelta(days=length))
    clock = clock_of(calendar, start, promised=days, statutory=days, freezes=[window])
    frozen = set(days_between(first, first + timedelta(days=length)))
    assert (clock.frozen_until is not None) == (clock.promised_on in frozen)
    if clock.frozen_until is not None:
        assert clock.frozen_until not in frozen
        assert clock.frozen_until > clock.promised_on
        assert calendar.works(clock.frozen_until)[0]
