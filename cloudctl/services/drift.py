"""Drift: what a clean full sync shows of a cloud against our records, found, decided on and carried out.

    detect(ctx, request, "city-a")                                   # after a clean full sync; again changes nothing
    resolve(ctx, request, finding_id, by=DriftAct.RESTORE, reason=...)

Nothing is put right by itself. An act that reaches the cloud is a saga; until it has ended the finding is `resolving`
and what it is about is claimed, so that no order changes it meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from cloudctl.domain.accounts import DEPARTMENT_ROLES, Permission
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.drift import DriftAct, DriftKind, Finding, News
from cloudctl.domain.errors import Invalid
from cloudctl.domain.syncs import SyncMode
from cloudctl.governance.drift.planner import Snapshot, compare
from cloudctl.governance.drift.rounds import Round, settle
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import resolutions
from cloudctl.services.deliveries import platform_request
from cloudctl.services.notices import tell

AT_ONCE = 500  # findings of one transaction
BACK = timedelta(days=30)  # who changed something is looked up that far back
TOLD = frozenset({DriftKind.CHANGED, DriftKind.MISSING})
NAMED = 5  # as many names stand in a notice


class Detected(NamedTuple):
    """What a comparison changed on record."""

    opened: int = 0
    renewed: int = 0
    vanished: int = 0


def detect(ctx: Context, request: Request, code: str) -> Detected:
    """Compares a cloud's last clean full sync with our records; does nothing while the cloud is not read well."""
    with ctx.unit_of_work(request) as uow:
        sync, latest = uow.syncs.latest(code, SyncMode.FULL, clean=True), uow.syncs.latest(code)
        if sync is None or latest is None or latest.state != "clean":
            return Detected()
        seen = _snapshot(ctx, uow, code, sync.id)
        known = uow.drift.known(code)
    found = settle(compare(seen), known, code)
    done = [_written(ctx, request, code, sync.id, part) for part in _parts(found)]
    return Detected(*map(sum, zip(*done, strict=True))) if done else Detected()


def get(ctx: Context, request: Request, finding_id: UUID) -> Finding:
    """One finding; a department sees those about what is its own."""
    request.actor.require(Permission.DRIFT_READ)
    with ctx.unit_of_work(request) as uow:
        finding = uow.drift.get(finding_id)
    request.actor.require_sight(finding.department_id, "finding", finding_id)
    return finding


def resolve(
    ctx: Context,
    request: Request,
    finding_id: UUID,
    *,
    by: DriftAct,
    reason: str,
    department: str | None = None,
    system: str | None = None,
    term_months: int = 12,
    expected_version: int | None = None,
) -> Finding:
    """Decides on an open finding, on record with the reason; raises Conflict for an act that its kind does not allow.

    `accept` is done at once, `restore` and `release` are carried out by a saga, `adopt` by an adoption of its own for
    `term_months`. `department` (a code) names whose it is to be that is released and is on nobody's record, `system`
    (a code) the system that what is adopted becomes part of.
    """
    request.actor.require(Permission.DRIFT_WRITE)
    if not reason.strip():
        raise Invalid("To resolve a finding needs a reason.", field="reason", way_out="Say why it is right so.")
    with ctx.unit_of_work(request) as uow:
        finding = uow.drift.lock(finding_id)
        request.actor.require_sight(finding.department_id, "finding", finding_id)
        uow.check_version(finding, expected_version)
        decide(ctx, uow, finding, by=by, reason=reason, department=department, system=system, term_months=term_months)
        return uow.answer(finding)


def decide(
    ctx: Context,
    uow: UnitOfWork,
    finding: Finding,
    *,
    by: DriftAct,
    reason: str,
    department: str | None = None,
    system: str | None = None,
    term_months: int = 12,
) -> None:
    """Decides on a locked finding in the caller's transaction, as `resolve` does."""
    uow.actor.require(Permission.DRIFT_WRITE)
    finding.require(by)
    finding.decide(by, uow.actor.account_id, reason.strip())
    match by:
        case DriftAct.ACCEPT:
            resolutions.accept(ctx, uow, finding)
            _resolved(uow, finding)
        case DriftAct.RESTORE:
            resolutions.claim_to_restore(uow, finding)
            _begin(uow, finding, "restore_drift")
        case DriftAct.RELEASE:
            resolutions.claim_to_release(uow, finding, department)
            _begin(uow, finding, "release_drift")
        case DriftAct.ADOPT:
            resolutions.adopt(ctx, uow, finding, system, term_months)
            _resolved(uow, finding)


class Found(NamedTuple):
    """What is to be put by: its record, whether that was ours all along, and the key that the object carries now."""

    resource_id: UUID
    is_ours: bool
    carried: UUID | None


def to_release(ctx: Context, finding_id: UUID) -> Found:
    """What the saga of a release works on."""
    with ctx.unit_of_work(platform_request(f"drift:{finding_id}")) as uow:
        finding = uow.drift.get(finding_id)
        seen = uow.inventory.some([finding.object_id]) if finding.object_id else ()
        carried = seen[0].object.key if seen else None
        return Found(resolutions.subject(uow, finding).id, finding.resource_id is not None, carried)


def finish(ctx: Context, finding_id: UUID) -> None:
    """The cloud confirmed; a second call does nothing."""
    with ctx.unit_of_work(platform_request(f"drift:{finding_id}")) as uow:
        finding = uow.drift.lock(finding_id)
        if finding.state != "resolving":
            return
        resolutions.finish(ctx, uow, finding)
        _resolved(uow, finding)


def give_up(ctx: Context, finding_id: UUID, reason: str) -> None:
    """The cloud did not carry it out: open again, with the cloud's words; a second call does nothing."""
    with ctx.unit_of_work(platform_request(f"drift:{finding_id}")) as uow:
        finding = uow.drift.lock(finding_id)
        if finding.state != "resolving":
            return
        resolutions.take_back(uow, finding)
        finding.advance("give_up")
        finding.last_error = reason
        _audit(uow, "stop/drift", finding, reason=reason)


def _snapshot(ctx: Context, uow: UnitOfWork, code: str, sync_id: UUID) -> Snapshot:
    sync = uow.syncs.get(sync_id)
    records = uow.drift.records(code)
    trials = uow.backups.trials()
    objects = [thing for thing in uow.inventory.of(code, state=None) if thing.object.key not in trials]
    keys = {thing.object.key for thing in objects if thing.object.key is not None}
    return Snapshot(
        cloud=code,
        today=today_for_people(uow.now),
        now=uow.now,
        began_at=sync.started_at or sync.asked_at,
        certain_since=uow.drift.certain_since(code, ctx.limits.rhythm.missing_after),
        objects=objects,
        records=records,
        others=uow.drift.named(keys - {record.id for record in records}),
        touched=uow.drift.touched(sync_id) | uow.adoptions.under_way(code),
        hands=uow.drift.hands(code, uow.now - BACK),
        tenants=uow.drift.tenants(code),
        deserted=uow.drift.deserted(),
        excesses=uow.drift.excesses(code),
        external_network=uow.clouds.by_code(code).external_network,
        orphan_days=ctx.limits.orphan_days,
    )


def _parts(found: Round) -> Iterator[Round]:
    """As much as one transaction takes; a department's findings stand together, for one notice."""
    new = sorted(found.new, key=lambda one: (str(one.department_id), one.kind, one.name))
    renewed = sorted(found.renewed, key=lambda one: (str(one.department_id), one.kind, one.name))
    gone = list(found.gone.items())
    for at in range(0, max(len(new), len(renewed), len(gone)), AT_ONCE):
        upto = at + AT_ONCE
        yield Round(new[at:upto], renewed[at:upto], dict(gone[at:upto]))


def _written(ctx: Context, request: Request, code: str, sync_id: UUID, part: Round) -> Detected:
    again = [one for one in part.renewed if one.again]
    with ctx.unit_of_work(request) as uow:
        opened = uow.drift.open(code, sync_id, part.new)
        renewed, vanished = uow.drift.renew(sync_id, part.renewed), uow.drift.vanish(part.gone)
        counts: dict[str, object] = {"opened": opened, "renewed": renewed, "vanished": vanished, "sync_id": sync_id}
        uow.audit("update/drift", "cloud", code, after=counts)
        _tell(uow, code, sync_id, [*part.new, *again])
        return Detected(opened, renewed, vanished)


def _tell(uow: UnitOfWork, code: str, sync_id: UUID, news: Sequence[News]) -> None:
    """A department is told once a sync of what was changed past the platform, or is gone."""
    concerned: defaultdict[UUID, list[News]] = defaultdict(list)
    for one in news:
        if one.kind in TOLD and one.department_id is not None:
            concerned[one.department_id].append(one)
    for department_id, found in sorted(concerned.items()):
        names = [one.name for one in found]
        more = "" if len(names) <= NAMED else ", …"
        params = {"cloud": code, "count": str(len(found)), "names": ", ".join(names[:NAMED]) + more}
        people = [account for role in DEPARTMENT_ROLES for account in uow.accounts.with_role(role, department_id)]
        tell(uow, people, "drift_found", params, event=f"{department_id}/drift/{sync_id}/{found[0].id}")


def _begin(uow: UnitOfWork, finding: Finding, saga: str) -> None:
    finding.advance("begin")
    _audit(uow, f"start/drift-{finding.act}", finding, reason=finding.reason)
    uow.start(saga, f"drift:{finding.id}:{finding.version}", str(finding.id), queue_key=finding.cloud)


def _resolved(uow: UnitOfWork, finding: Finding) -> None:
    finding.advance("resolve")
    finding.resolved_at = uow.now
    _audit(uow, f"update/drift-{finding.act}", finding, reason=finding.reason)


def _audit(uow: UnitOfWork, action: str, finding: Finding, *, reason: str | None) -> None:
    uow.audit(
        action,
        "finding",
        finding.id,
        department_id=finding.department_id,
        after={
            "kind": finding.kind.value,
            "cloud": finding.cloud,
            "name": finding.name,
            "state": finding.state,
            "resource_id": finding.resource_id,
            "facts": finding.facts,
        },
        reason=reason,
    )
