"""Looks for shadow systems: what is seen is compared with what is on record, and only that is written.

    scan(ctx, request)              # again changes nothing

What somebody has decided on meanwhile is left alone, and what cannot be told just now stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.shadows import Shadow, ShadowAct, ShadowKind, Turn
from cloudctl.governance.shadows.planner import Line, look
from cloudctl.governance.shadows.rounds import Before, Change, marked, settle
from cloudctl.governance.shadows.words import worded
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.landscapes import landscape

AT_ONCE = 500  # changes of one transaction
BY_DRIFT = {"register": ShadowAct.REGISTER, "finish": ShadowAct.CLEAR, "dismiss": ShadowAct.DISMISS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What a look changed on record: how many are new or open again, otherwise than before, and settled or gone."""

    opened: int = 0
    renewed: int = 0
    ended: int = 0


def scan(ctx: Context, request: Request) -> Scanned:
    """Looks for shadows in everything that is on record; what cannot be told just now stays as it is."""
    request.actor.require(Permission.SHADOWS_WRITE)
    with ctx.unit_of_work(request) as uow:
        plan = look(landscape(ctx, uow))
        known = uow.shadows.known()
        findings = uow.shadows.findings({one.finding_id for one in known.values() if one.finding_id is not None})
        merged = {row["id"]: row["merged_into_id"] for row in uow.systems.on_record().values() if row["merged_into_id"]}
        before = Before(known=known, findings=findings, merged=merged, abandoned=_abandoned(uow, known.values()))
        changes = list(settle(plan, before, today_for_people(uow.now)))
    for at in range(0, len(changes), AT_ONCE):
        _write(ctx, request, changes[at : at + AT_ONCE])
    opened = sum(change.event in {None, "return", "give_up"} for change in changes)
    renewed = sum(change.event == "renew" for change in changes)
    return Scanned(opened=opened, renewed=renewed, ended=len(changes) - opened - renewed)


def turn(uow: UnitOfWork, shadow: Shadow) -> None:
    """Puts the state that a shadow has come to on record."""
    uow.shadows.turn(
        Turn(
            shadow_id=shadow.id,
            kind=shadow.kind,
            subject=shadow.subject,
            department_id=shadow.department_id,
            state=shadow.state,
            act=shadow.act,
            by=shadow.settled_by,
            reason=shadow.reason,
            target_id=shadow.target_id,
            at=uow.now,
        )
    )


def _abandoned(uow: UnitOfWork, shadows: Iterable[Shadow]) -> frozenset[UUID]:
    """Clearings of pairs that ended without a deletion."""
    waiting = (one for one in shadows if one.state == "clearing" and one.kind is ShadowKind.DUPLICATE)
    found = [uow.clearings.get(one.target_id) for one in waiting if one.target_id is not None]
    return frozenset(one.id for one in found if one.ended and one.deleted_at is None)


def _write(ctx: Context, request: Request, changes: Sequence[Change]) -> None:
    with ctx.unit_of_work(request) as uow:
        counts: dict[str, int] = {}
        for change in changes:
            if _changed(uow, change):
                name = change.event or "new"
                counts[name] = counts.get(name, 0) + 1
        if counts:
            uow.audit("update/shadows", "shadows", uow.now.isoformat(), after=dict(sorted(counts.items())))


def _changed(uow: UnitOfWork, change: Change) -> bool:
    """Puts one change on record, unless somebody has decided on it meanwhile."""
    if change.shadow is None:
        assert change.line is not None
        shadow = _new(uow, change.line)
        uow.shadows.add(shadow)
        turn(uow, shadow)
        return True
    shadow = uow.shadows.lock(change.shadow.id)
    if shadow.version != change.shadow.version or shadow.state != change.shadow.state:
        return False
    if change.line is not None:
        _renew(shadow, change.line)
    match change.event:
        case "renew":
            return True
        case "return" | "give_up":
            shadow.reopen(change.event)
            shadow.found_at = uow.now
        case "register" | "dismiss":
            _follow(uow, shadow, change.event)
        case "merge":
            leaving, staying = _merged(uow, shadow)
            shadow.system_id, shadow.other_id = leaving, staying
            shadow.settle(ShadowAct.MERGE, by=None, reason="", now=uow.now, target_id=staying)
        case event:
            assert event is not None
            if event == "finish" and shadow.state == "open":
                shadow.act = ShadowAct.CLEAR
            shadow.advance(event)
            shadow.settled_at = uow.now
    turn(uow, shadow)
    return True


def _merged(uow: UnitOfWork, shadow: Shadow) -> tuple[UUID, UUID]:
    """Which one of a pair was merged by hand, and which one stays."""
    assert shadow.system_id is not None
    assert shadow.other_id is not None
    if uow.systems.get(shadow.system_id).status == "merged":
        return shadow.system_id, shadow.other_id
    return shadow.other_id, shadow.system_id


def _follow(uow: UnitOfWork, shadow: Shadow, event: str) -> None:
    """Somebody has resolved the finding of drift that it rests on: the shadow is settled with it."""
    assert shadow.finding_id is not None
    finding = uow.drift.get(shadow.finding_id)
    target = None
    if event == "register" and shadow.object_id is not None:
        (seen,) = uow.inventory.some([shadow.object_id])
        target = None if seen.resource_id is None else uow.resources.get(seen.resource_id).system_id
    shadow.settle(BY_DRIFT[event], by=finding.asked_by, reason=finding.reason or "", now=uow.now, target_id=target)


def _new(uow: UnitOfWork, line: Line) -> Shadow:
    words = worded(line)
    return Shadow(
        id=line.id,
        kind=line.kind,
        subject=line.subject,
        subject_key=line.key,
        name=line.name,
        cloud=line.cloud,
        department_id=line.department_id,
        object_id=line.object_id,
        resource_id=line.resource_id,
        finding_id=line.finding_id,
        system_id=line.system_id,
        other_id=line.other_id,
        facts=_plain(line.facts),
        evidence=_plain(line.evidence),
        mark=marked(line),
        words=words.said,
        next_step=words.next_step,
        found_at=uow.now,
        created_at=uow.now,
    )


def _renew(shadow: Shadow, line: Line) -> None:
    words = worded(line)
    shadow.name, shadow.cloud, shadow.department_id = line.name, line.cloud, line.department_id
    shadow.object_id, shadow.resource_id, shadow.finding_id = line.object_id, line.resource_id, line.finding_id
    shadow.system_id, shadow.other_id = line.system_id, line.other_id
    shadow.facts, shadow.evidence, shadow.mark = _plain(line.facts), _plain(line.evidence), marked(line)
    shadow.words, shadow.next_step = words.said, words.next_step


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """As JSON has them: what is read back equals what was written."""
    kept: dict[str, Any] = msgspec.to_builtins(values)
    return kept
