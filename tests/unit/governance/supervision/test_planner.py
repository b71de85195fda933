from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudctl.domain.accounts import Role
from cloudctl.domain.calendars import Calendar, days_between
from cloudctl.domain.clocks import Clock, Colour
from cloudctl.domain.freezes import Bound, Freeze
from cloudctl.domain.limits import Step
from cloudctl.governance.supervision.planner import COLOURS, LADDERS, Line, Snapshot, supervise, told
from tests.unit.domain.test_calendars_local import CALENDARS, DAYS
from tests.unit.domain.test_clocks import clock_of, freeze, noon

MONDAY = date(2026, 11, 2)


def due_in(promised: int, statutory: int, calendar: Calendar | None = None) -> Clock:
    return clock_of(calendar or Calendar(), MONDAY, promised=promised, statutory=statutory)


def lines(clock: Clock, day: date, *freezes: Freeze, calendar: Calendar | None = None) -> list[Line]:
    return supervise(Snapshot(clocks=[clock], calendar=calendar or Calendar(), freezes=freezes, today=day))


def cards(
    clock: Clock, *freezes: Freeze, days: int = 40, calendar: Calendar | None = None
) -> list[tuple[date, Colour]]:
    """What a round a day gives, over `days`; each card is put on the clock, as the use case does."""
    given_ = []
    for day in days_between(MONDAY, MONDAY + timedelta(days=days)):
        for line in lines(clock, day, *freezes, calendar=calendar):
            clock.take(line.dues)
            if line.colour is not None:
                clock.card = line.colour
                given_.append((day, line.colour))
    return given_


def test_a_warning_before_a_yellow_and_a_red_card_after_each_once() -> None:
    assert cards(due_in(3, 5)) == [
        (date(2026, 11, 4), Colour.WARNING),  # one working day before Thursday
        (date(2026, 11, 6), Colour.YELLOW),
        (date(2026, 11, 10), Colour.RED),
    ]


def test_a_limit_of_one_day_warns_on_that_day() -> None:
    assert cards(due_in(1, 1)) == [(date(2026, 11, 3), Colour.WARNING), (date(2026, 11, 4), Colour.RED)]


def test_after_a_pause_only_the_highest_is_given() -> None:
    (line,) = lines(due_in(3, 5), date(2026, 11, 30))
    assert (line.colour, line.day) == (Colour.RED, date(2026, 11, 9))


def test_no_card_on_a_free_day() -> None:
    friday = due_in(4, 4)
    assert not [line for line in lines(friday, date(2026, 11, 7)) if line.colour is not Colour.WARNING]
    assert [line.colour for line in lines(friday, date(2026, 11, 9))] == [Colour.RED]


def test_nothing_is_planned_for_what_is_stopped_or_has_ended() -> None:
    stopped, ended = due_in(3, 5), due_in(3, 5)
    stopped.stop(Calendar(), noon(MONDAY))
    ended.end(Calendar(), noon(MONDAY))
    assert lines(stopped, date(2026, 12, 30)) == lines(ended, date(2026, 12, 30)) == []


def test_each_card_goes_one_level_up() -> None:
    levels = [told(Step.SIGN_OFF, colour) for colour in COLOURS]
    assert levels == [(Role.DEPARTMENT_HEAD,), (Role.DEPARTMENT_HEAD,), (Role.DEPARTMENT_HEAD, Role.OFFICE_ADMIN)]
    assert told(Step.DECISION, Colour.WARNING) == (Role.OFFICE_REVIEWER,)
    assert told(Step.DECISION, Colour.YELLOW) == (Role.OFFICE_REVIEWER, Role.OFFICE_ADMIN)
    assert told(Step.DELIVERY, Colour.WARNING) == (Role.OPERATOR,)
    assert set(LADDERS) == set(Step)


def test_a_correction_is_warned_of_and_never_marked() -> None:
    clock = due_in(3, 5)
    clock.step = Step.CORRECTION
    assert cards(clock) == [(date(2026, 11, 4), Colour.WARNING)]


def test_every_line_has_its_reason() -> None:
    (line,) = lines(due_in(3, 5), date(2026, 11, 6))
    assert line.reason == "Yellow card: the promised limit of the step {step} ended on {day}."
    assert line.day == date(2026, 11, 5)


def test_a_limit_that_ends_in_a_freeze_window_gives_no_card_for_the_days_of_the_window() -> None:
    window = freeze(date(2026, 11, 5), date(2026, 11, 13))  # Thursday to the Friday of the next week
    clock = due_in(3, 5)
    given_ = cards(clock, window)
    assert clock.promised_on == date(2026, 11, 5)  # shown as it was given
    assert clock.frozen_until == date(2026, 11, 16)
    assert given_ == [
        (date(2026, 11, 13), Colour.WARNING),
        (date(2026, 11, 17), Colour.RED),  # both limits fell into the window: Monday stood for either
    ]


def test_days_before_the_window_are_not_given_back() -> None:
    window = freeze(date(2026, 11, 6), date(2026, 11, 13))  # begins the day after the promised day
    assert cards(due_in(3, 20), window)[:2] == [(date(2026, 11, 4), Colour.WARNING), (date(2026, 11, 6), Colour.YELLOW)]


@pytest.mark.parametrize("window", [
    freeze(date(2026, 11, 5), date(2026, 11, 13), binds=[Bound.CAMPAIGNS]),
    freeze(date(2026, 11, 5), date(2026, 11, 13), zones=["internet"]),
])  # fmt: skip
def test_a_window_that_does_not_bind_the_step_changes_nothing(window: Freeze) -> None:
    assert cards(due_in(3, 5), window) == cards(due_in(3, 5))


def test_a_provisional_due_date_is_counted_anew_and_never_shortened() -> None:
    guessed = Calendar(official=lambda _: None)
    spring = {MONDAY + timedelta(days=number) for number in range(1, 9)}
    published = Calendar(official=lambda day: day.weekday() < 5 and day not in spring)
    clock = clock_of(guessed, MONDAY, promised=3, statutory=5)
    assert (clock.promised_on, clock.provisional) == (date(2026, 11, 5), True)
    (line,) = lines(clock, MONDAY, calendar=published)
    clock.take(line.dues)
    assert (clock.promised_on, clock.provisional) == (date(2026, 11, 13), False)
    (line,) = lines(clock, MONDAY + timedelta(days=1), calendar=Calendar())
    assert line.dues.promised_on == date(2026, 11, 13)


@settings(deadline=None, max_examples=40)  # each example is a season of daily rounds
@given(CALENDARS, DAYS, st.integers(1, 15), st.integers(0, 15), DAYS, st.integers(0, 20))
def test_cards_rise_come_on_open_working_days_and_never_before_their_limit(
    calendar: Calendar, start: date, promised: int, more: int, first: date, length: int
) -> None:
    window = freeze(first, first + timedelta(days=length))
    clock = clock_of(calendar, start, promised=promised, statutory=promised + more, freezes=[window])
    frozen = set(days_between(first, first + timedelta(days=length)))
    seen: list[Colour] = []
    for day in days_between(start, start + timedelta(days=60)):
        for line in lines(clock, day, window, calendar=calendar):
            clock.take(line.dues)
            if line.colour is None:
                continue
            clock.card = line.colour
            seen.append(line.colour)
            if line.colour is not Colour.WARNING:
                assert line.day is not None
                assert line.day < day
                assert calendar.works(day)[0]
                assert not (line.day in frozen and day in frozen)
    assert all(COLOURS.index(low) < COLOURS.index(high) for low, high in pairwise(seen))
