"""Plans one round of the electronic supervision (电子监察).

    plan = supervise(Snapshot(clocks=..., calendar=..., freezes=..., today=...))
    for line in plan:
        ...                     # line.dues are kept; line.colour, if any, is given to line.roles for line.reason

Warning: at most one working day before the promised day. Yellow card: the promised day is over. Red card: the
statutory one is. Each colour is given once for a clock, and never a lower one after a higher; each goes one level up.

Cards are counted in working days, so none is given on a free day. A limit that ends on a day of which a freeze window
takes any part, for what the step would do in a cloud, is judged as if it ended on the first working day after the
window: nobody is marked for a day on which the act was forbidden. The due day itself stays as it was given and is
shown with that day beside it. Days before the window that were let pass are not given back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cloudctl.domain.accounts import Role
from cloudctl.domain.calendars import Calendar
from cloudctl.domain.clocks import Clock, Colour, Dues
from cloudctl.domain.freezes import Freeze, barred_days
from cloudctl.domain.limits import Step

# Who is told at which level, by step: first who has it, then the next level, then the one above.
_OFFICE = (Role.OFFICE_REVIEWER, Role.OFFICE_ADMIN, Role.OFFICE_ADMIN)
LADDERS: dict[Step, tuple[Role, ...]] = {
    Step.SIGN_OFF: (Role.DEPARTMENT_HEAD, Role.DEPARTMENT_HEAD, Role.OFFICE_ADMIN),
    Step.ACCEPTANCE: _OFFICE,
    Step.OPINIONS: _OFFICE,
    Step.DECISION: _OFFICE,
    Step.CORRECTION: (Role.DEPARTMENT_OFFICER,),  # past its limit the order is cancelled: there is no card to give
    Step.DELIVERY: (Role.OPERATOR, Role.OFFICE_ADMIN, Role.OFFICE_ADMIN),
    Step.PAPER: (Role.DEPARTMENT_HEAD, Role.DEPARTMENT_HEAD, Role.OFFICE_ADMIN),
}
COLOURS = tuple(Colour)

REASONS: dict[Colour, str] = {
    Colour.WARNING: "The promised limit of the step {step} ends on {day}.",
    Colour.YELLOW: "Yellow card: the promised limit of the step {step} ended on {day}.",
    Colour.RED: "Red card: the statutory limit of the step {step} ended on {day}.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a round looks at: the running clocks, and the calendar and windows as they are known today."""

    clocks: Sequence[Clock]
    calendar: Calendar
    freezes: Sequence[Freeze]
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one clock gets: its end counted anew, and a card with its reason, or none. `day` is what the card is for."""

    clock_id: UUID
    order_id: UUID
    counted_from: date
    dues: Dues
    colour: Colour | None = None
    day: date | None = None
    roles: tuple[Role, ...] = ()
    reason: str | None = None


def supervise(seen: Snapshot) -> list[Line]:
    """The lines of all clocks for which there is anything to do, in the order of the snapshot."""
    return [line for clock in seen.clocks if clock.running for line in _line(seen, clock)]


def _line(seen: Snapshot, clock: Clock) -> Iterator[Line]:
    dues = clock.dues(seen.calendar, seen.today, seen.freezes)
    colour = _colour(seen, clock, dues)
    if colour is None and not clock.differs(dues):
        return
    yield Line(
        clock_id=clock.id,
        order_id=clock.order_id,
        counted_from=clock.counted_from,
        dues=dues,
        colour=colour,
        day=None if colour is None else dues.statutory_on if colour is Colour.RED else dues.promised_on,
        roles=() if colour is None else told(clock.step, colour),
        reason=None if colour is None else REASONS[colour],
    )


def told(step: Step, colour: Colour) -> tuple[Role, ...]:
    """The roles that a card goes to: the level of its colour, and every level below."""
    return tuple(dict.fromkeys(LADDERS[step][: COLOURS.index(colour) + 1]))


def _colour(seen: Snapshot, clock: Clock, dues: Dues) -> Colour | None:
    """The highest colour that is due and not given yet."""
    due = _reached(seen, clock, dues)
    if due is None or COLOURS.index(due) >= len(LADDERS[clock.step]):
        return None
    return due if clock.card is None or COLOURS.index(clock.card) < COLOURS.index(due) else None


def _reached(seen: Snapshot, clock: Clock, dues: Dues) -> Colour | None:
    barred = barred_days(seen.freezes, clock.binds, clock.zone)
    if _left(seen, dues.statutory_on, barred) < 0:
        return Colour.RED
    promised = _left(seen, dues.promised_on, barred)
    if promised < 0:
        return Colour.YELLOW
    return Colour.WARNING if promised <= min(1, clock.promised_left - 1) else None


def _left(seen: Snapshot, due: date, barred: Collection[date]) -> int:
    """Working days left to a due day, or to the day that stands for it when it lies in a freeze window."""
    return seen.calendar.left(seen.today, seen.calendar.first_from(due, barred) if due in barred else due)
