"""Explains what is proven of a system or a room on any date, from the register and the evidence of then.

explain_system(ctx, request, system_id, date(2026, 6, 30)).lies
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from uuid import UUID

from cloudctl.domain.accounts import Permission, missing
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import Invalid
from cloudctl.domain.indicators import Counted
from cloudctl.domain.register import standing_at
from cloudctl.domain.standings import Explanation
from cloudctl.governance.consolidation.closures import RoomFacts, Use, Uses, judge_room
from cloudctl.governance.consolidation.evidence import DeviceFacts, Reclassed, SystemFacts, judge_system
from cloudctl.governance.consolidation.indicators import reclassed
from cloudctl.governance.consolidation.standing import CLOSED
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries.standings import ClassAt, SubjectAt


def moment_of(ctx: Context, day: date | None) -> datetime:
    """The end of a past day, and now for today; raises Invalid for a day to come."""
    now = ctx.clock.now()
    today = today_for_people(now)
    if day is None or day == today:
        return now
    if day > today:
        raise Invalid("{day} is still to come.", field="date", way_out="Give today or a day that has been.", day=day)
    return standing_at(day)


def explain_system(ctx: Context, request: Request, system_id: UUID, day: date | None = None) -> Explanation:
    """What speaks for and against that a system is on the platform; raises NotFound where it was not on record."""
    request.actor.require(Permission.SYSTEMS_READ)
    at = moment_of(ctx, day)
    subject = ctx.queries.standings.system(system_id, at)
    if subject is None:
        raise missing("system", system_id)
    request.actor.require_sight(subject.department_id, "system", system_id)
    return judge_system(system_facts(ctx, subject, at), subject.evidence, at=at)


def explain_room(ctx: Context, request: Request, room_id: UUID, day: date | None = None) -> Explanation:
    """What speaks for and against that a room is closed; raises NotFound where it was not on record."""
    request.actor.require(Permission.ROOMS_READ)
    at = moment_of(ctx, day)
    subject = ctx.queries.standings.room(room_id, at)
    if subject is None:
        raise missing("room", room_id)
    request.actor.require_sight(subject.department_id, "room", room_id)
    uses = uses_of(ctx, [subject], at)
    facts = room_facts(subject, _reclassed(ctx, Counted.ROOMS, subject, at))
    return judge_room(facts, subject.evidence, at=at, uses=uses)


def system_facts(ctx: Context, subject: SubjectAt, at: datetime) -> SystemFacts:
    """A system as its judge takes it."""
    return SystemFacts(
        id=subject.id,
        code=subject.code,
        name=subject.name,
        status=subject.status,
        check_url=subject.check_url,
        devices=tuple(DeviceFacts(code=one.code, status=one.status, off_on=one.off_on) for one in subject.devices),
        reclassed=_reclassed(ctx, Counted.SYSTEMS, subject, at),
    )


def room_facts(subject: SubjectAt, left: tuple[Reclassed, ...] = ()) -> RoomFacts:
    """A room as its judge takes it."""
    return RoomFacts(
        id=subject.id,
        code=subject.code,
        name=subject.name,
        status=subject.status,
        running=tuple(device.code for device in subject.devices if device.status == "running"),
        reopened_at=_reopened_at(subject.versions),
        reclassed=left,
        names=subject.names,
    )


def uses_of(ctx: Context, subjects: Sequence[SubjectAt], at: datetime) -> Uses:
    """Where else the files of these subjects were handed in."""
    digests = {row.digest for subject in subjects for row in subject.evidence if row.digest is not None}
    found = ctx.queries.standings.uses(sorted(digests), at)
    return {
        digest: [Use(use.evidence_id, use.subject_id, use.subject, use.observed_at) for use in uses]
        for digest, uses in found.items()
    }


def _reclassed(ctx: Context, noun: Counted, subject: SubjectAt, at: datetime) -> tuple[Reclassed, ...]:
    """The changes of class that are still pointed at."""
    versions = [(one.since, one.by, one.fields) for one in subject.versions]
    oldest = at.timestamp() - ctx.measures.evidence.class_change_days * 86_400
    return tuple(move for move in reclassed(noun, versions, ctx.measures.indicators) if move.at.timestamp() > oldest)


def _reopened_at(versions: Sequence[ClassAt]) -> datetime | None:
    """When it last was something else than closed after a closure."""
    last = None
    for before, after in pairwise(versions):
        if before.fields["status"] in CLOSED and after.fields["status"] not in CLOSED:
            last = after.since
    return last
