"""Whom a campaign would take on, and whom not, each with the reason: the dry run and the start read the same lines.

    lines = nominate(candidates, policy.caps, standing_by_department, room)

Pure: a snapshot in, lines out. The surest come first; what is beyond a cap waits for the next run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec

from cloudctl.domain.verdicts import VerdictState
from cloudctl.domain.zombies import Caps
from cloudctl.messages import mark

NOT_A_ZOMBIE = mark("Its verdict is {state}.")
NO_DATA = mark("It was not seen well enough: no data is never idle.")
NOT_CLEARED = mark("Its purpose ({purpose}) is reported, not cleared.")
EXEMPT = mark("It is exempted until {day}.")
STANDS = mark("Case {number} of campaign {campaign} stands for it.")
KEPT = mark("Its owner keeps it until {day}.")
ASKED_LATELY = mark("Its owner was asked lately: not again before {day}.")
NO_SERVERS = mark("It has no server on the platform: there is nothing to switch off.")
STALE = mark("Its verdict is of {day}: scan anew first.")
RUN_FULL = mark("A run takes {most} systems at most: it waits for the next.")
DEPARTMENT_FULL = mark("{most} cases of its department stand already: it waits for them.")
TAKEN = mark("It is taken on: {signs}.")


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A system in the scope, with its verdict. `standing` are the numbers of its case that stands and its campaign."""

    system_id: UUID
    code: str
    name: str
    department_id: UUID
    department: str
    verdict_id: UUID
    day: date
    state: VerdictState
    confidence: int
    purpose: str
    cleared: bool
    signs: tuple[str, ...]
    words: dict[str, str]
    servers: tuple[UUID, ...]
    exempt_until: date | None = None
    standing: tuple[str, str] | None = None
    kept_until: date | None = None
    ended_on: date | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a candidate; `message` is a catalogue id that `params` fill."""

    candidate: Candidate
    taken: bool
    message: str
    params: dict[str, Any]


def nominate(
    candidates: Iterable[Candidate],
    caps: Caps,
    standing: Mapping[UUID, int],
    *,
    today: date,
    room: int,
    stale_before: date,
    again_after_days: int,
) -> list[Line]:
    """A line for each candidate; `standing` are the cases by department, `room` is what this run may still take."""
    counts = dict(standing)
    lines = []
    for one in sorted(candidates, key=lambda one: (-one.confidence, one.code)):
        message, params = _barred(one, today, stale_before, again_after_days)
        taken = counts.get(one.department_id, 0)
        if not message and taken >= caps.per_department:
            message, params = DEPARTMENT_FULL, {"most": caps.per_department}
        if not message and room <= 0:
            message, params = RUN_FULL, {"most": caps.per_run}
        if message:
            lines.append(Line(candidate=one, taken=False, message=message, params=params))
            continue
        room, counts[one.department_id] = room - 1, taken + 1
        signs = {"signs": ", ".join(one.signs) or "-"}
        lines.append(Line(candidate=one, taken=True, message=TAKEN, params=signs))
    return lines


def _barred(one: Candidate, today: date, stale_before: date, again_after_days: int) -> tuple[str, dict[str, Any]]:
    """What keeps a system out of any campaign just now; "" where nothing does."""
    again = None if one.ended_on is None else one.ended_on + timedelta(days=again_after_days)
    reasons: tuple[tuple[bool, str, dict[str, Any]], ...] = (
        (one.standing is not None, STANDS, dict(zip(("number", "campaign"), one.standing or ("", ""), strict=True))),
        (one.state is VerdictState.NO_DATA, NO_DATA, {}),
        (one.state is not VerdictState.ZOMBIE, NOT_A_ZOMBIE, {"state": one.state.value}),
        (one.day < stale_before, STALE, {"day": str(one.day)}),
        (not one.cleared, NOT_CLEARED, {"purpose": one.purpose}),
        (one.exempt_until is not None and today <= one.exempt_until, EXEMPT, {"day": str(one.exempt_until)}),
        (one.kept_until is not None and today <= one.kept_until, KEPT, {"day": str(one.kept_until)}),
        (again is not None and today < again, ASKED_LATELY, {"day": str(again)}),
        (not one.servers, NO_SERVERS, {}),
    )
    return next(((message, params) for holds, message, params in reasons if holds), ("", {}))
