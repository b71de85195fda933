"""What becomes of a case today: one act, with its reason. The regular round asks nothing else.

    act = next_act(clearing, now=now, calendar=calendar, clock=policy.clock, barred=None, seen=seen, room=True)

Pure. The order says what goes before what: use that has returned before everything, then what holds all cases, then
the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from math import ceil
from typing import Any
from uuid import UUID

import msgspec

from cloudctl.domain.calendars import Calendar, end_of_day, today_for_people
from cloudctl.domain.clearings import Clearing
from cloudctl.domain.lifecycle_clearings import ASKING, OFF, PAUSABLE
from cloudctl.domain.signals import Sentence
from cloudctl.domain.zombies import Clock
from cloudctl.messages import mark

HALF, LAST, HEAD, OFFICE = 1, 2, 2, 3
"""Stages of reminding: at half time, in the last days (the department's head as well), when it lapses (the office)."""
WAITS_FOR_IDLE = mark("The time to answer is over; it was not idle for long enough yet: {why}")
WAITS_FOR_ROOM = mark("As many as a day allows were switched off in the last 24 hours.")
STARTED_BY_HAND = mark("Started by hand while in quarantine: {names}.")
GREW = mark("It has servers that no verdict has judged: {names}.")
GONE = mark(
    "Gone from the cloud, and not by this platform: {names}. Decide on the finding: `cloudctl drift list`; then resume "
    "or restore the case."
)


class ActKind(StrEnum):
    """What is done."""

    NONE = "none"
    NOTIFY = "notify"
    REMIND = "remind"
    WAKE = "wake"
    LAPSE = "lapse"
    DISMISS = "dismiss"
    HOLD = "hold"
    RESUME = "resume"
    PARK = "park"
    QUARANTINE = "quarantine_system"
    BACK_UP = "back_up_system"
    DELETE = "delete_system"
    RELEASE = "release_quarantine"


SAGAS = frozenset({ActKind.QUARANTINE, ActKind.BACK_UP, ActKind.DELETE, ActKind.RELEASE})
"""Acts of the machine, by the names of their sagas."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What telemetry and inventory show of a case now.

    `returned` says what speaks against going on: use, most of the time. `idle`: the policy lets every server of it be
    switched off; `why` is why not. `started` are servers that run although they were switched off, `grown` servers of
    the system that nobody judged, `gone` judged ones that several clean full syncs did not see, by their ids.
    """

    returned: Sentence | None = None
    idle: bool = False
    why: str = ""
    started: tuple[str, ...] = ()
    grown: tuple[str, ...] = ()
    gone: Mapping[UUID, str] = {}


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One act; `message` is a catalogue id that `params` fill. `stage` is that of a reminder."""

    kind: ActKind
    message: str = ""
    params: dict[str, Any] = {}
    stage: int = 0


NOTHING = Act(kind=ActKind.NONE)


def next_act(
    clearing: Clearing, *, now: datetime, calendar: Calendar, clock: Clock, barred: str | None, seen: Seen, room: bool
) -> Act:
    """What is due. `barred` says what holds all cases (kill switch, freeze window, stopped campaign)."""
    state = clearing.state
    return (
        _use(clearing, seen)
        or _machine_waits(clearing)
        or _held(state, barred)
        or _clock(clearing, now, calendar, clock)
        or _machine(clearing, seen, room=room)
        or NOTHING
    )


def _use(clearing: Clearing, seen: Seen) -> Act | None:
    """Use that has returned ends the case; what was started by hand is looked at by a person."""
    asking = clearing.stands in ASKING
    if asking and seen.returned is not None:
        return Act(kind=ActKind.DISMISS, message=seen.returned.message, params=dict(seen.returned.params))
    if clearing.state in OFF and seen.started:
        return Act(kind=ActKind.PARK, message=STARTED_BY_HAND, params={"names": ", ".join(seen.started)})
    if clearing.state in OFF and clearing.saga is None and seen.gone:
        return _look_for(seen)
    return None


def _look_for(seen: Seen) -> Act:
    return Act(kind=ActKind.PARK, message=GONE, params={"names": ", ".join(seen.gone.values())})


def _machine_waits(clearing: Clearing) -> Act | None:
    """While a saga is under way it asks for itself at each of its steps."""
    return None if clearing.saga is None else NOTHING


def _held(state: str, barred: str | None) -> Act | None:
    if barred is not None:
        return Act(kind=ActKind.HOLD, message=barred) if state in PAUSABLE else _restoring(state)
    return Act(kind=ActKind.RESUME) if state == "held" else None


def _restoring(state: str) -> Act:
    """Nothing holds back what is being brought back."""
    return Act(kind=ActKind.RELEASE) if state == "restoring" else NOTHING


def _clock(clearing: Clearing, now: datetime, calendar: Calendar, clock: Clock) -> Act | None:
    today = today_for_people(now)
    match clearing.state:
        case "nominated" | "transferred":
            return Act(kind=ActKind.NOTIFY)
        case "snoozed" if clearing.wakes_on is not None and today >= clearing.wakes_on:
            return Act(kind=ActKind.WAKE)
        case "notified" if clearing.due_on is not None:
            if now >= end_of_day(clearing.due_on):
                return Act(kind=ActKind.LAPSE)
            stage = _stage(clearing, clearing.due_on, today, calendar, clock)
            return Act(kind=ActKind.REMIND, stage=stage) if stage > clearing.reminded else NOTHING
    return None


def _stage(clearing: Clearing, due_on: date, today: date, calendar: Calendar, clock: Clock) -> int:
    """The reminder that has been reached, each given once: at half time, and in the last days."""
    left = calendar.left(today, due_on)
    if left <= clock.reminder_last_days:
        return LAST
    whole = clock.answer_working_days if clearing.owner_known else clock.answer_working_days_without_owner
    return HALF if left <= ceil(whole / 2) else 0


def _machine(clearing: Clearing, seen: Seen, *, room: bool) -> Act | None:
    match clearing.state:
        case "due" | "released":
            return _switch_off(clearing, seen, room=room)
        case "quarantined" | "backed_up":
            return Act(kind=ActKind.BACK_UP)
        case "deletion_confirmed" | "deleting":
            return Act(kind=ActKind.DELETE)
        case "restoring":
            return Act(kind=ActKind.RELEASE)
    return None


def _switch_off(clearing: Clearing, seen: Seen, *, room: bool) -> Act:
    if seen.grown:
        return Act(kind=ActKind.PARK, message=GREW, params={"names": ", ".join(seen.grown)})
    if seen.gone:
        return _look_for(seen)
    if clearing.state == "due" and not seen.idle:
        return Act(kind=ActKind.NONE, message=WAITS_FOR_IDLE, params={"why": seen.why or "-"})
    if not room and clearing.off_at is None:
        return Act(kind=ActKind.NONE, message=WAITS_FOR_ROOM)
    return Act(kind=ActKind.QUARANTINE)
