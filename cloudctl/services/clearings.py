"""Clearings as the machine sees them: what a saga asks at its steps, and what it reports.

    leave = clearings.may_go_on(ctx, clearing_id, "quarantine_system")      # at every step; a no ends the saga
    clearings.quarantined(ctx, clearing_id)                                 # everything of it is off

A case has one saga at a time, `clearing.saga`. Whatever a saga reports twice, or after it was overtaken by a person,
does nothing the second time. People's acts are in `clearing_decisions` and `clearing_answers`, the clock is in
`clearing_rounds`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.campaigns import Campaign
from cloudctl.domain.clearings import Clearing, Returned, Words
from cloudctl.domain.freezes import Bound
from cloudctl.domain.lifecycle_clearings import OFF, PAUSABLE
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server
from cloudctl.domain.signals import Sentence
from cloudctl.domain.volumes import Volume
from cloudctl.governance.zombies.acts import ActKind
from cloudctl.messages import LOCALES, mark
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import freezes
from cloudctl.services.calendars import calendar_of
from cloudctl.services.clearing_blocks import refuse_blocked
from cloudctl.services.clearing_notices import tell_office, tell_owner
from cloudctl.services.deliveries import platform_request
from cloudctl.services.retention import end

GONE = frozenset({"released", "undone"})
RUNS_IN = {
    ActKind.QUARANTINE: frozenset({"due", "released"}),
    ActKind.BACK_UP: frozenset({"quarantined", "backed_up"}),
    ActKind.DELETE: frozenset({"deletion_confirmed", "deleting"}),
    ActKind.RELEASE: frozenset({"restoring"}),
}
"""In which states of its case each saga goes on."""
SWITCH = mark("The kill switch is on: {reason}")
STOPPED = mark("The campaign {number} is stopped: {reason}")
FROZEN = mark("The freeze window {name} is open.")
OVERTAKEN = mark("The case is {state}: somebody has decided otherwise.")


class Leave(NamedTuple):
    """Whether a saga may go on, and why not."""

    given: bool
    reason: str


def get(ctx: Context, request: Request, clearing_id: UUID) -> Clearing:
    """One case of what the actor sees."""
    request.actor.require(Permission.CLEARINGS_READ)
    with ctx.unit_of_work(request) as uow:
        clearing = uow.clearings.get(clearing_id)
    request.actor.require_sight(clearing.department_id, "clearing", clearing_id)
    return clearing


def get_for_machine(ctx: Context, clearing_id: UUID) -> Clearing:
    """One case, for a saga."""
    with ctx.unit_of_work(platform_request(str(clearing_id))) as uow:
        return uow.clearings.get(clearing_id)


def servers(ctx: Context, clearing_id: UUID) -> list[UUID]:
    """The judged servers that are still on record, by id."""
    with ctx.unit_of_work(platform_request(str(clearing_id))) as uow:
        return [server.id for server in servers_of(uow, uow.clearings.get(clearing_id))]


def may_go_on(ctx: Context, clearing_id: UUID, saga: str) -> Leave:
    """Whether the saga may take its next step."""
    with ctx.unit_of_work(platform_request(str(clearing_id))) as uow:
        return _leave(uow, uow.clearings.get(clearing_id), saga)


def seen_running(ctx: Context, clearing_id: UUID, server_ids: Collection[UUID]) -> None:
    """These of its servers run, and are about to be switched off; a release starts no others."""
    with _reported(ctx, clearing_id) as uow:
        clearing, _ = _locked(uow, clearing_id)
        if _working(clearing, ActKind.QUARANTINE):
            clearing.note_running(server_ids)


def brought_back(ctx: Context, clearing_id: UUID) -> None:
    """A quarantine ended early, and each server is as it was before."""
    with _reported(ctx, clearing_id) as uow:
        clearing, _ = _locked(uow, clearing_id)
        if _working(clearing, ActKind.QUARANTINE):
            clearing.forget_running()


def quarantined(ctx: Context, clearing_id: UUID) -> None:
    """All of it is off and cut from the network; its backup is begun."""
    with _reported(ctx, clearing_id) as uow:
        clearing, campaign = _locked(uow, clearing_id)
        if not _working(clearing, ActKind.QUARANTINE):
            return
        if clearing.state not in RUNS_IN[ActKind.QUARANTINE]:
            _ended(uow, clearing, ActKind.QUARANTINE, "")
            return
        clearing.quarantine(campaign.policy.clock, uow.now)
        for server in servers_of(uow, clearing):
            server.power = "off"
        _audited(uow, clearing, "update/clearing-quarantine", until=clearing.quarantined_until)
        tell_owner(uow, clearing, "clearing_quarantined")
        start(uow, clearing, ActKind.BACK_UP)


def backed_up(ctx: Context, clearing_id: UUID, *, digest: str, size_bytes: int) -> None:
    """The backup is in the file store; `digest` is the SHA-256 of its manifest."""
    with _reported(ctx, clearing_id) as uow:
        clearing, _ = _locked(uow, clearing_id)
        if _working(clearing, ActKind.BACK_UP) and clearing.state == "quarantined":
            clearing.back_up(digest, size_bytes, uow.now)
            _audited(uow, clearing, "create/clearing-backup", digest=digest, size_bytes=size_bytes)


def restore_tested(ctx: Context, clearing_id: UUID, *, digest: str) -> None:
    """A test restore of that backup came up; raises Conflict for another backup's digest."""
    with _reported(ctx, clearing_id) as uow:
        clearing, _ = _locked(uow, clearing_id)
        if _working(clearing, ActKind.BACK_UP) and clearing.state == "backed_up":
            clearing.test_restore(digest, uow.now)
            _audited(uow, clearing, "evaluate/clearing-restore-test", digest=digest)


def begin_deletion(ctx: Context, clearing_id: UUID, *, digest: str) -> None:
    """The backup's bytes were read again and give `digest`: only now may the first object be deleted.

    Raises Conflict for another digest, or where anything that a deletion needs is missing.
    """
    with _reported(ctx, clearing_id) as uow:
        clearing, _ = _locked(uow, clearing_id)
        if clearing.state == "deleting":
            return
        refuse_blocked(uow, clearing)
        clearing.begin_deletion(digest, uow.now)
        _audited(uow, clearing, "start/clearing-deletion", digest=digest)


def deleted(ctx: Context, clearing_id: UUID) -> None:
    """The cloud confirms that everything is gone: quota is freed, the close-out lines are owed."""
    with _reported(ctx, clearing_id) as uow:
        clearing, campaign = _locked(uow, clearing_id)
        if not _working(clearing, ActKind.DELETE) or clearing.state != "deleting":
            return
        gone = [resource for server in servers_of(uow, clearing) for resource in _with_belongings(uow, server)]
        returned = _returned(gone)
        for resource in gone:
            _book_out(ctx, uow, clearing, resource)
        clearing.delete(returned, campaign.policy.clock, uow.now)
        _audited(uow, clearing, "delete/clearing", backup_until=clearing.backup_until, servers=returned.servers)
        tell_owner(uow, clearing, "clearing_deleted")
        tell_office(uow, clearing, "clearing_deleted")


def restored(ctx: Context, clearing_id: UUID) -> None:
    """Everything of it is as before: what ran runs, what was off stays off."""
    with _reported(ctx, clearing_id) as uow:
        clearing, _ = _locked(uow, clearing_id)
        if not _working(clearing, ActKind.RELEASE) or clearing.state != "restoring":
            return
        clearing.finish_restore(uow.now)
        for server in servers_of(uow, clearing):
            if server.id in clearing.ran:
                server.power = "on"
        let_go(uow, clearing)
        _audited(uow, clearing, "update/clearing-restored")
        tell_owner(uow, clearing, "clearing_dismissed" if clearing.dismissing else "clearing_restored")


def stopped(ctx: Context, clearing_id: UUID, saga: str, reason: str) -> None:
    """A saga ended before its end: the case is held, brought back, or waits for a person, by what stopped it."""
    with _reported(ctx, clearing_id) as uow:
        clearing, _ = _locked(uow, clearing_id)
        if _working(clearing, saga):
            _ended(uow, clearing, saga, reason)


def void(ctx: Context, clearing_id: UUID, reason: str) -> None:
    """Its backup counts no more (a server was started by hand, a byte is another): a person has to look.

    Whoever lets it go on has it backed up anew, in a quarantine that begins anew, and both persons sign again. Where
    the deletion has begun already the backup stays as it is.
    """
    with _reported(ctx, clearing_id) as uow:
        clearing, _ = _locked(uow, clearing_id)
        if clearing.state in {*OFF, "deleting"}:
            clearing.park(plain(reason), uow.now, used=clearing.state in OFF)
            _audited(uow, clearing, "stop/clearing-void", reason=reason)
            tell_office(uow, clearing, "clearing_attention", reason=reason)


def start(uow: UnitOfWork, clearing: Clearing, saga: ActKind) -> None:
    """Enqueues a saga for a case that has none; its servers are claimed, so that no order changes them meanwhile."""
    found = servers_of(uow, clearing)
    for server in found:
        server.claim(clearing.id, "servers")
    workflow_id = clearing.begin(saga.value, uow.now)
    cloud = found[0].cloud if found else "none"
    uow.start(saga.value, workflow_id, str(clearing.id), queue_key=cloud)


def let_go(uow: UnitOfWork, clearing: Clearing, only: Collection[UUID] | None = None) -> None:
    """Orders may change its servers again, all of them or only these, and what becomes of them shows as drift."""
    for server in servers_of(uow, clearing):
        if only is None or server.id in only:
            server.unclaim(clearing.id)


def barred(uow: UnitOfWork, clearing: Clearing, campaign: Campaign) -> Sentence | None:
    """What holds the case: the kill switch, its stopped campaign, a freeze window; None: nothing."""
    stop = uow.stops.standing()
    if stop is not None:
        return Sentence(SWITCH, {"reason": stop.reason})
    if campaign.state == "stopped":
        return Sentence(STOPPED, {"number": campaign.number, "reason": campaign.reason or ""})
    zones = sorted({server.zone for server in servers_of(uow, clearing)})
    frozen = freezes.frozen(uow, {Bound.CAMPAIGNS}, *zones)
    return Sentence(FROZEN, {"name": frozen[0].name}) if frozen else None


def servers_of(uow: UnitOfWork, clearing: Clearing) -> list[Server]:
    """The judged servers that are still on record, fresh and locked."""
    found = uow.resources.lock_all(clearing.servers)
    return [server for server in found if isinstance(server, Server) and server.state not in GONE]


def _leave(uow: UnitOfWork, clearing: Clearing, saga: str) -> Leave:
    if clearing.saga != saga or clearing.state not in RUNS_IN[ActKind(saga)]:
        return Leave(given=False, reason=_words(Sentence(OVERTAKEN, {"state": clearing.state})))
    found = None if saga == ActKind.RELEASE else barred(uow, clearing, uow.campaigns.get(clearing.campaign_id))
    return Leave(given=found is None, reason=_words(found) if found else "")


def _ended(uow: UnitOfWork, clearing: Clearing, saga: str, reason: str) -> None:
    """What follows when a saga has stopped."""
    campaign = uow.campaigns.get(clearing.campaign_id)
    clearing.saga = None
    if clearing.state == "restoring" and saga != ActKind.RELEASE:
        _audited(uow, clearing, "stop/clearing-saga", saga=saga, reason=reason)
        start(uow, clearing, ActKind.RELEASE)
        return
    holds = None if saga == ActKind.RELEASE else barred(uow, clearing, campaign)
    if holds is not None and clearing.state in PAUSABLE:
        clearing.hold(holds.words, calendar_of(uow), uow.now)
    elif clearing.state in {*PAUSABLE, "restoring"}:
        clearing.park(plain(reason), uow.now)
        tell_office(uow, clearing, "clearing_attention", reason=reason)
    _audited(uow, clearing, "stop/clearing-saga", saga=saga, reason=reason)


def _working(clearing: Clearing, saga: str) -> bool:
    return clearing.saga == saga


def _locked(uow: UnitOfWork, clearing_id: UUID) -> tuple[Clearing, Campaign]:
    clearing = uow.clearings.lock(clearing_id)
    return clearing, uow.campaigns.get(clearing.campaign_id)


def _reported(ctx: Context, clearing_id: UUID) -> UnitOfWork:
    return ctx.unit_of_work(platform_request(f"clearing:{clearing_id}"))


def _with_belongings(uow: UnitOfWork, server: Server) -> list[Resource]:
    return [*uow.resources.of_server(server.id), server]


def _returned(gone: list[Resource]) -> Returned:
    machines = [resource for resource in gone if isinstance(resource, Server)]
    disks = sum(resource.size_gib for resource in gone if isinstance(resource, Volume))
    return Returned(
        servers=len(machines),
        vcpu=sum(server.vcpu for server in machines),
        memory_mib=sum(server.memory_mib for server in machines),
        disk_gib=disks + sum(server.root_disk_gib for server in machines),
    )


def _book_out(ctx: Context, uow: UnitOfWork, clearing: Clearing, resource: Resource) -> None:
    """Off the record by the steps that every resource takes; its quota is freed once."""
    for state, event in (("active", "release"), ("releasing", "retain"), ("retained", "purge")):
        if resource.state == state:
            resource.advance(event)
    resource.unclaim(clearing.id)
    if resource.state == "purging":
        end(ctx, uow, resource, "vanish")


def _audited(uow: UnitOfWork, clearing: Clearing, action: str, **more: object) -> None:
    after = {"number": clearing.number, "state": clearing.state, **more}
    uow.audit(action, "clearing", clearing.id, department_id=clearing.department_id, after=after)


def plain(words: str) -> Words:
    """What a person or a machine said, as it was said, for readers of either language."""
    return dict.fromkeys(LOCALES, words.strip() or "-")


def _words(sentence: Sentence) -> str:
    return sentence.words["zh_CN"]
