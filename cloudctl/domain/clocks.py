"""The clock of one step of one order: started, stopped while the applicant corrects, resumed with what was left, ended.

    clock = started(..., promised=7, statutory=20, calendar=calendar, now=now)    # counts from tomorrow
    clock.stop(calendar, now)       # keeps the working days that are left
    clock.resume(calendar, now)     # counts them from tomorrow
    clock.take(clock.dues(calendar, today))

The day on which it starts or resumes is not counted, the day on which it stops is: over any stops the working days
counted add up to the limit. A due date that was once given is never moved to an earlier day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from cloudctl.domain.calendars import Calendar, end_of_day, today_for_people
from cloudctl.domain.freezes import Bound, Freeze, barred_days
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.limits import OrderKind, Step


class Colour(StrEnum):
    """How a limit is reminded of: before the promised day, past it, past the statutory one. In rising order."""

    WARNING = "warning"
    YELLOW = "yellow"
    RED = "red"


class Dues(NamedTuple):
    """What is known of a clock's end today. `frozen_until` is the day that stands for a due day in a freeze window."""

    promised_on: date
    statutory_on: date
    provisional: bool
    frozen_until: date | None
    days_left: int


@dataclass(kw_only=True, eq=False)
class Clock:
    """`promised_left` and `statutory_left` are working days, to be counted from the day after `counted_from`.

    `due_at` is the end of the promised day. `binds` is what the step would do in a cloud, for freeze windows;
    `days_left` is as of the last count.
    """

    id: UUID = field(default_factory=new_id)
    order_id: UUID
    department_id: UUID
    kind: OrderKind
    step: Step
    zone: str
    binds: list[Bound] = field(default_factory=list)
    counted_from: date
    promised_left: int
    statutory_left: int
    promised_on: date
    statutory_on: date
    due_at: datetime
    provisional: bool = False
    frozen_until: date | None = None
    days_left: int
    card: Colour | None = None
    started_at: datetime
    stopped_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def running(self) -> bool:
        """Neither stopped nor ended."""
        return self.stopped_at is None and self.ended_at is None

    def dues(self, calendar: Calendar, today: date, freezes: Iterable[Freeze] = ()) -> Dues:
        """Its end by the calendar as it is known today; never earlier than what was given before."""
        promised, statutory = self._counted(calendar, self.promised_left), self._counted(calendar, self.statutory_left)
        promised_on = max(self.promised_on, promised[0])
        statutory_on = max(self.statutory_on, statutory[0])
        barred = barred_days(freezes, self.binds, self.zone)
        return Dues(
            promised_on=promised_on,
            statutory_on=statutory_on,
            provisional=promised[1] or statutory[1],
            frozen_until=calendar.first_from(promised_on, barred) if promised_on in barred else None,
            days_left=calendar.left(today, promised_on),
        )

    def take(self, dues: Dues) -> None:
        """Keeps what was counted."""
        self.promised_on, self.statutory_on, self.provisional, self.frozen_until, self.days_left = dues
        self.due_at = end_of_day(self.promised_on)

    def differs(self, dues: Dues) -> bool:
        """Whether `take` would change anything."""
        return dues != Dues(self.promised_on, self.statutory_on, self.provisional, self.frozen_until, self.days_left)

    def stop(self, calendar: Calendar, now: datetime) -> None:
        """The applicant has it: what is left is kept. Does nothing to a clock that is not running."""
        if not self.running:
            return
        today = today_for_people(now)
        self.promised_left = self.days_left = calendar.left(today, self.promised_on)
        self.statutory_left = calendar.left(today, self.statutory_on)
        self.counted_from, self.frozen_until, self.stopped_at = today, None, now

    def resume(self, calendar: Calendar, now: datetime, freezes: Iterable[Freeze] = ()) -> None:
        """It goes on with what was left; with nothing left it is due on the first working day; overdue stays so."""
        if self.stopped_at is None or self.ended_at is not None:
            return
        today = today_for_people(now)
        self.stopped_at, self.counted_from = None, today
        self.promised_on = _resumed(calendar, today, self.promised_left, self.promised_on)
        self.statutory_on = _resumed(calendar, today, self.statutory_left, self.statutory_on)
        self.take(self.dues(calendar, today, freezes))

    def end(self, calendar: Calendar, now: datetime) -> None:
        """The step is done; `days_left` tells how early, or how late."""
        if self.running:
            self.days_left = calendar.left(today_for_people(now), self.promised_on)
        self.ended_at = self.ended_at or now

    def _counted(self, calendar: Calendar, days: int) -> tuple[date, bool]:
        """Where `days` end; for none or fewer nothing is counted any more, and the day that was given stands."""
        return calendar.after(self.counted_from, days) if days > 0 else (date.min, False)


def _resumed(calendar: Calendar, today: date, left: int, was: date) -> date:
    if left < 0:
        return was
    return calendar.after(today, left).day if left else calendar.first_from(today)


def started(
    *,
    order_id: UUID,
    department_id: UUID,
    kind: OrderKind,
    step: Step,
    zone: str,
    binds: Collection[Bound],
    promised: int,
    statutory: int,
    calendar: Calendar,
    now: datetime,
    freezes: Iterable[Freeze] = (),
) -> Clock:
    """A clock that starts now; `promised` and `statutory` are working days from 1."""
    today = today_for_people(now)
    clock = Clock(
        order_id=order_id,
        department_id=department_id,
        kind=kind,
        step=step,
        zone=zone,
        binds=sorted(binds),
        counted_from=today,
        promised_left=promised,
        statutory_left=statutory,
        promised_on=today,
        statutory_on=today,
        due_at=now,
        days_left=promised,
        started_at=now,
    )
    clock.take(clock.dues(calendar, today, freezes))
    return clock
