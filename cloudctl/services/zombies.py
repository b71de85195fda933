"""Zombie systems found: scans, what is on record of a system, and why; by the policies of policies/zombies.

    scan(ctx, request)                                   # every system, as of now; puts on record what is new
    scan(ctx, request, day=date(2026, 6, 30))            # as of a past day: computed, and nothing kept
    explain(ctx, request, system_id).judged.signals

A verdict is computed from the register, the records and the telemetry as of its moment and the text of its policy,
which is kept: so it can be computed again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import Permission, missing
from cloudctl.domain.calendars import PEOPLE_ZONE, today_for_people
from cloudctl.domain.errors import Conflict, Invalid
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.verdicts import FRESH_DAYS, SUSPICIOUS, Judged, KeptPolicy, Scan, Verdict
from cloudctl.domain.zombies import ZombiePolicy
from cloudctl.governance.zombies.verdicts import judge
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries.zombies import CandidateAt
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.candidates import gather
from cloudctl.services.explanations import moment_of

DEFAULT = "default"
RENEWED_DAYS = 30
"""A verdict that nothing speaks against is put on record anew after so many days."""
FROM_HOUR = 9  # by the people's clocks: the day before has been read by then


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A system with its last verdict on record up to the day, and what is computed as of `at`.

    `same` says whether computing it again gave the verdict on record; None where another moment was asked for, or none
    is on record.
    """

    system_id: UUID
    department_id: UUID
    code: str
    name: str
    day: date
    at: datetime
    policy: str
    policy_version: int
    judged: Judged
    verdict: Verdict | None
    same: bool | None


def scan(
    ctx: Context,
    request: Request,
    *,
    department_id: UUID | None = None,
    day: date | None = None,
    policy: str = DEFAULT,
) -> Scan:
    """Judges every system, or those of a department and its subtree, and answers what it came to.

    For today the verdicts that differ from those on record are kept, some systems at a time; a past day is judged by
    the text that its policy had then, and nothing is kept. Raises Conflict for a policy that was edited and kept its
    version, and when the clock stands before what is on record.
    """
    request.actor.require(Permission.ZOMBIES_WRITE)
    now = ctx.clock.now()
    at, today = moment_of(ctx, day), today_for_people(now)
    part = replace(request, idempotency=None)
    past = day is not None and day != today
    with ctx.unit_of_work(part) as uow:
        if department_id is not None:
            request.actor.require_sight(department_id, "department", department_id)
            uow.departments.get(department_id)
        departments = None if department_id is None else uow.departments.subtree([department_id])
        kept, text = _policy_on(ctx, uow, policy, day) if past and day is not None else _policy_now(ctx, uow, policy)
        if not past:
            _check_clock(uow, today)
    found = Scan(
        department_id=department_id,
        day=day or today,
        policy=text.name,
        policy_version=text.version,
        policy_digest=kept.digest,
        systems=0,
        states={},
        changed=0,
        began_at=now,
        created_at=now,
    )
    states: Counter[str] = Counter()
    for some in gather(ctx, at, text, departments=departments):
        judged = [(stood, judge(candidate, text, found.day)) for stood, candidate in some]
        states.update(one.state.value for _stood, one in judged)
        if not past:
            with ctx.unit_of_work(part) as uow:
                found.changed += _keep(uow, found, at, judged)
    found.systems, found.states = states.total(), dict(sorted(states.items()))
    with ctx.unit_of_work(request) as uow:
        found.created_at = uow.now
        if not past:
            uow.zombie_scans.add(found)
            after: dict[str, object] = {
                "states": found.states, "changed": found.changed, "policy": text.name, "version": text.version,
            }  # fmt: skip
            uow.audit("evaluate/zombies", "scan", found.id, department_id=department_id, after=after)
        return uow.answer(found)


def scan_due(ctx: Context, request: Request) -> int:
    """The daily round: judges every system once a day, when the day before has been read. Answers how many."""
    now = ctx.clock.now()
    if now.astimezone(PEOPLE_ZONE).hour < FROM_HOUR:
        return 0
    with ctx.unit_of_work(request) as uow:
        done = uow.zombie_scans.whole_on(today_for_people(now))
    return 0 if done else scan(ctx, request).systems


def explain(ctx: Context, request: Request, system_id: UUID, day: date | None = None) -> Explained:
    """A system's verdict with all that it rests on; raises NotFound for what the actor does not see.

    Without a day it is the last one on record, computed again as of its moment; of a past day, or where none is on
    record, it is computed as of then.
    """
    request.actor.require(Permission.ZOMBIES_READ)
    at = moment_of(ctx, day)
    on = today_for_people(at)
    with ctx.unit_of_work(replace(request, idempotency=None)) as uow:
        request.actor.require_sight(uow.systems.get(system_id).department_id, "system", system_id)
        verdict = uow.verdicts.of_system(system_id, on)
        again = verdict is not None and (day is None or verdict.day == day)
        if verdict is not None and again:
            at, on = verdict.at, verdict.day
            text = _text(uow.zombie_policies.of(verdict.policy, verdict.policy_version))
        else:
            text = _policy_on(ctx, uow, DEFAULT, on)[1]
    stood, judged = _one(ctx, system_id, at, on, text)
    return Explained(
        system_id=system_id,
        department_id=stood.department_id,
        code=stood.code,
        name=stood.name,
        day=on,
        at=at,
        policy=text.name,
        policy_version=text.version,
        judged=verdict.judged if verdict is not None and again else judged,
        verdict=verdict,
        same=verdict.digest == judged.digest if verdict is not None and again else None,
    )


def judge_now(
    ctx: Context, system_ids: Collection[UUID], policy: ZombiePolicy | None = None, *, at: datetime | None = None
) -> dict[UUID, Judged]:
    """What a policy makes of these systems now: fresh, and nothing is kept. Opens no transaction that writes."""
    moment = at or ctx.clock.now()
    text = policy or ctx.zombie_policies[DEFAULT]
    day = today_for_people(moment)
    return {
        stood.id: judge(candidate, text, day)
        for some in gather(ctx, moment, text, ids=system_ids)
        for stood, candidate in some
    }


def standing(uow: UnitOfWork, system_id: UUID) -> Verdict | None:
    """The last verdict on record."""
    return uow.verdicts.of_system(system_id)


def _one(ctx: Context, system_id: UUID, at: datetime, day: date, text: ZombiePolicy) -> tuple[CandidateAt, Judged]:
    for some in gather(ctx, at, text, ids=[system_id]):
        for stood, candidate in some:
            return stood, judge(candidate, text, day)
    raise missing("system", system_id)


def _keep(uow: UnitOfWork, found: Scan, at: datetime, judged: Sequence[tuple[CandidateAt, Judged]]) -> int:
    """Puts on record what differs from the last verdict, or is old; answers how many."""
    last = uow.verdicts.newest([stood.id for stood, _judged in judged])
    kept = 0
    for stood, one in judged:
        before = last.get(stood.id)
        if before is not None and not _differs(before, one, found):
            continue
        kept += 1
        verdict = _verdict(found, at, stood, one, before)
        uow.verdicts.add(verdict)
        if before is None or before.state is not one.state:
            uow.audit(
                "evaluate/verdict",
                "system",
                stood.id,
                department_id=stood.department_id,
                before=None if before is None else {"state": before.state.value},
                after={
                    "system": stood.code, "state": one.state.value, "confidence": one.confidence,
                    "signs": [sign.value for sign in one.signs], "policy": found.policy,
                    "version": found.policy_version, "digest": verdict.digest,
                },
            )  # fmt: skip
    return kept


def _differs(before: Verdict, one: Judged, found: Scan) -> bool:
    """Whether a new verdict says something else than the last, or the last has become old."""
    if before.policy_digest != found.policy_digest or before.judged.gist != one.gist:
        return True
    fresh = FRESH_DAYS if one.state in SUSPICIOUS else RENEWED_DAYS
    return found.day - before.day >= timedelta(days=fresh)


def _verdict(found: Scan, at: datetime, stood: CandidateAt, one: Judged, before: Verdict | None) -> Verdict:
    return Verdict(
        id=new_id(),
        system_id=stood.id,
        department_id=stood.department_id,
        scan_id=found.id,
        day=found.day,
        at=at,
        state=one.state,
        before=None if before is None else before.state,
        rule=one.rule,
        confidence=one.confidence,
        purpose=one.purpose,
        cleared=one.cleared,
        flagged=one.flagged,
        exempt_until=one.exempt_until,
        signs=one.signs,
        judged=one,
        digest=one.digest,
        policy=found.policy,
        policy_version=found.policy_version,
        policy_digest=found.policy_digest,
        created_at=at,
    )


def _policy_now(ctx: Context, uow: UnitOfWork, name: str) -> tuple[KeptPolicy, ZombiePolicy]:
    """The policy in force, its text kept; raises Conflict where another text of its version was used."""
    text = _loaded(ctx, name)
    body = msgspec.json.encode(text, order="deterministic").decode()
    digest = sha256(body.encode()).hexdigest()
    kept = uow.zombie_policies.keep(
        KeptPolicy(name=text.name, version=text.version, digest=digest, body=body, created_at=uow.now)
    )
    if kept.digest != digest:
        raise Conflict(
            "The policy {policy} was edited and still calls itself version {version}.",
            field="policy",
            way_out="Raise its version: what was judged by the old text keeps that text.",
            policy=text.name,
            version=text.version,
        )
    return kept, text


def _policy_on(ctx: Context, uow: UnitOfWork, name: str, day: date) -> tuple[KeptPolicy, ZombiePolicy]:
    """The policy as it was used on a day; the one in force where none had been used by then."""
    version = uow.zombie_scans.version_on(name, day)
    if version is None:
        return _policy_now(ctx, uow, name)
    kept = uow.zombie_policies.of(name, version)
    return kept, _text(kept)


def _loaded(ctx: Context, name: str) -> ZombiePolicy:
    known: Mapping[str, ZombiePolicy] = ctx.zombie_policies
    if name not in known:
        raise Invalid(
            "There is no policy {policy} about zombies.",
            field="policy",
            way_out="One of: {known}.",
            policy=name,
            known=", ".join(sorted(known)),
        )
    return known[name]


def _text(kept: KeptPolicy) -> ZombiePolicy:
    return msgspec.json.decode(kept.body, type=ZombiePolicy)


def _check_clock(uow: UnitOfWork, today: date) -> None:
    last = uow.zombie_scans.last_day()
    if last is not None and last > today:
        raise Conflict(
            "Verdicts of {day} are on record, and the clock says {today}.",
            way_out="Set the clock of the server right, and scan anew.",
            day=last,
            today=today,
        )
