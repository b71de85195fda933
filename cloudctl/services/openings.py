"""Cases that open by themselves: for a step of a wave that is late for long, and for what evidence gives away.

    open_due(ctx, platform("job:openings"))         # how many cases are new

A slip opens one case, whatever becomes of it; so does what evidence gives away, until newer evidence does so after the
case was closed. That a thing left a count by its class is shown and opens none: it may have been put right so.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from cloudctl.domain.accounts import Permission, Role
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.cases import SLIP, CaseOrigin
from cloudctl.domain.errors import Conflict
from cloudctl.domain.evidence import Subject
from cloudctl.domain.standings import Explanation, Lie
from cloudctl.domain.systems import System
from cloudctl.governance.supervision.cases import late_for
from cloudctl.messages import fill, mark, translator
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.calendars import calendar_of
from cloudctl.services.cases import open_case, open_for_lies
from cloudctl.services.contradictions import Contradiction, contradicted
from cloudctl.services.explanations import explain_room, explain_system
from cloudctl.services.standings import reopened

REASON = mark("The step “{step}” of wave {wave} was due on {day} and is {late} working days late.")
WRITTEN_IN = "zh_CN"  # what a case says of itself is said in the office's language


class _Late(NamedTuple):
    """A slip that is to be listed: what its case is for, of which system, and who owes the step."""

    cause: str
    system: System
    role: Role
    reason: str


def open_due(ctx: Context, request: Request) -> int:
    """Opens what is due, each in a transaction of its own; answers how many cases are new."""
    request.actor.require(Permission.CASES_WRITE)
    with ctx.unit_of_work(request) as uow:
        late = _late(ctx, uow)
    found = list(contradicted(ctx, ctx.clock.now()))
    with ctx.unit_of_work(request) as uow:
        known = uow.cases.known([one.cause for one in found])
        news = [one for one in found if one.cause not in known or _since_then(one, known[one.cause].closed_at)]
    return sum(_list_slip(ctx, request, one) for one in late) + sum(_list_lie(ctx, request, one) for one in news)


def _late(ctx: Context, uow: UnitOfWork) -> list[_Late]:
    """The slips that are late for long enough and have no case."""
    today, calendar, rule = today_for_people(uow.now), calendar_of(uow), ctx.wave_rules.listing
    lasting = [
        (slip, step, late)
        for slip, step in uow.slips.lasting(today)
        if (late := late_for(calendar, slip.due_on, today)) >= rule.after_days
    ]
    known = uow.cases.known([f"{SLIP}/{slip.id}" for slip, _, _ in lasting])
    found = []
    for slip, step, late in lasting:
        cause = f"{SLIP}/{slip.id}"
        if cause not in known:
            wave, move = uow.waves.get(slip.wave_id), uow.moves.get(slip.move_id)
            params = {"step": slip.name[WRITTEN_IN], "wave": wave.number, "day": slip.due_on, "late": late}
            reason = fill(translator(WRITTEN_IN), REASON, params)
            found.append(_Late(cause, uow.systems.get(move.system_id), step.role, reason))
    return found


def _list_slip(ctx: Context, request: Request, one: _Late) -> bool:
    try:
        open_case(
            ctx, request, department_id=one.system.department_id, title=f"{one.system.code} {one.system.name}",
            reason=one.reason, origin=CaseOrigin.SLIP, cause=one.cause, subject_kind=Subject.SYSTEM,
            subject_id=one.system.id, role=one.role, working_days=ctx.wave_rules.listing.days,
        )  # fmt: skip
    except Conflict:  # its department has ended: nobody is left to owe it
        return False
    return True


def _since_then(one: Contradiction, closed_at: datetime | None) -> bool:
    """Whether it was seen after its last case was closed; while that stands, no second one opens."""
    return closed_at is not None and one.seen_at is not None and one.seen_at > closed_at


def _list_lie(ctx: Context, request: Request, one: Contradiction) -> bool:
    told = _explained(ctx, request, one)
    if not (set(told.lies) - {Lie.CLASS_CHANGED} or reopened(told)):
        return False
    try:
        open_for_lies(ctx, request, subject_kind=one.subject_kind, subject_id=one.subject_id)
    except Conflict:  # its department has ended
        return False
    return True


def _explained(ctx: Context, request: Request, one: Contradiction) -> Explanation:
    explain = explain_room if one.subject_kind is Subject.ROOM else explain_system
    return explain(ctx, request, one.subject_id)
