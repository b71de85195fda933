"""Plans one round over the cases of listed supervision: who is reminded of which deadline, and by which colour.

    for line in remind(cases, calendar, today): line.case, line.colour

A warning comes two working days before the deadline, a yellow card when it is over, a red one five working days later.
Each colour is given once for a deadline, none on a free day, and never a lower one after a higher.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from cloudctl.domain.calendars import Calendar
from cloudctl.domain.cases import RED_WORKING_DAYS, WARN_WORKING_DAYS, Case
from cloudctl.domain.clocks import Colour

COLOURS = tuple(Colour)


class Line(NamedTuple):
    """A colour that a case is due for."""

    case: Case
    colour: Colour


def remind(cases: Iterable[Case], calendar: Calendar, today: date) -> Iterator[Line]:
    """The colours that are due today."""
    if not calendar.works(today)[0]:
        return
    for case in cases:
        colour = _colour(calendar.left(today, case.due_on))
        if colour is not None and (case.card is None or COLOURS.index(colour) > COLOURS.index(case.card)):
            yield Line(case, colour)


def late_for(calendar: Calendar, due_on: date, today: date) -> int:
    """The working days that have passed since a day, 0 before it is over."""
    return max(0, -calendar.left(today, due_on))


def _colour(days_left: int) -> Colour | None:
    if days_left > WARN_WORKING_DAYS:
        return None
    if days_left >= 0:
        return Colour.WARNING
    return Colour.YELLOW if days_left > -RED_WORKING_DAYS else Colour.RED
