"""What telemetry, inventory and register show of the cases that stand: `Seen`, which the round decides by.

    seen = gather(ctx, request)             # by case; reads only, and before any transaction that acts on it

Every server is judged by the decision that the back-test replays, under the campaign's frozen policy. Where nothing is
known nothing is idle: a clock that jumps ahead finds no measured days there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from cloudctl.domain.campaigns import Campaign
from cloudctl.domain.clearings import Clearing
from cloudctl.domain.inventory import ObjectState, ObjectStatus, Recorded
from cloudctl.domain.lifecycle_clearings import ASKING, OFF
from cloudctl.domain.purposes import DeclaredPurpose, Purpose
from cloudctl.domain.servers import Server
from cloudctl.domain.signals import Sentence
from cloudctl.domain.syncs import SyncMode
from cloudctl.domain.verdicts import VerdictState
from cloudctl.governance.zombies.acts import Seen
from cloudctl.governance.zombies.days import DayUse
from cloudctl.governance.zombies.decisions import Step, decide
from cloudctl.governance.zombies.use import Past, profile_for
from cloudctl.messages import mark
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries import PageAsk
from cloudctl.ports.queries.rows import InventoryChangeRow
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import telemetry
from cloudctl.services.clearings import servers_of

HISTORY = timedelta(days=395)
"""How far back days are read: a season comes once a year."""
USED = mark("{name} was used on {day}: the case dismisses itself.")
BELIEVED = mark("By the verdict of {day} it is in use: the case dismisses itself.")
EXEMPTED = mark("It is exempted until {day}.")
SPARED = mark("Its purpose was declared: it is reported, not cleared.")
NOT_SEEN = mark("{name} is not in the inventory: nothing is known of it.")
NONE_LEFT = mark("None of its servers is on record any more: there is nothing to switch off.")
OFF_FOR = mark("{name} has been off for {days} days.")


@dataclass(frozen=True, slots=True)
class _Looked:
    """A case with what the database shows of it, before its days are read."""

    clearing: Clearing
    campaign: Campaign
    servers: list[Server]
    objects: Mapping[UUID, Recorded]
    purposes: Mapping[UUID | None, Purpose]
    returned: Sentence | None
    started: tuple[str, ...]
    grown: tuple[str, ...]
    gone: Mapping[UUID, str]


def gather(ctx: Context, request: Request) -> dict[UUID, Seen]:
    """What is seen of every case that stands."""
    with ctx.unit_of_work(request) as uow:
        campaigns = {campaign.id: campaign for campaign in uow.campaigns.standing()}
        looked = [_look(uow, one, campaigns[one.campaign_id]) for one in uow.clearings.standing()]
        now = uow.now
    subjects = {recorded.id for look in looked if look.clearing.stands in ASKING for recorded in look.objects.values()}
    today = now.astimezone(UTC).date()
    days = telemetry.day_uses(ctx, subjects, today - HISTORY, today) if subjects else {}
    known = {subject: list(use.days) for subject, use in days.items()}
    return {look.clearing.id: _seen(ctx, look, known, now) for look in looked}


def _look(uow: UnitOfWork, clearing: Clearing, campaign: Campaign) -> _Looked:
    servers = servers_of(uow, clearing)
    objects = uow.inventory.of_resources([server.id for server in servers])
    declared = _declared(uow.purposes.of_system(clearing.system_id))
    judged = set(clearing.servers)
    others = [one for one in uow.resources.of_system(clearing.system_id) if isinstance(one, Server)]
    return _Looked(
        clearing=clearing,
        campaign=campaign,
        servers=servers,
        objects=objects,
        purposes=declared,
        returned=_spared(uow, clearing, campaign, declared) if servers else Sentence(NONE_LEFT),
        started=_started(uow, clearing, servers, objects),
        grown=tuple(one.name for one in others if one.state == "active" and one.id not in judged),
        gone={} if clearing.stands == "deleting" else _gone(servers, objects),
    )


def _gone(servers: list[Server], objects: Mapping[UUID, Recorded]) -> dict[UUID, str]:
    """Servers that the inventory counts as missing, by id: several clean full syncs did not see them."""
    seen = {server: objects.get(server.id) for server in servers}
    return {
        server.id: server.name
        for server, recorded in seen.items()
        if recorded is not None and recorded.state is ObjectState.MISSING
    }


def _declared(declarations: Sequence[DeclaredPurpose]) -> dict[UUID | None, Purpose]:
    """The purpose declared last, by server; None is the system's own."""
    return {one.server_id: one.purpose for one in declarations}


def _spared(
    uow: UnitOfWork, clearing: Clearing, campaign: Campaign, purposes: Mapping[UUID | None, Purpose]
) -> Sentence | None:
    """What the register or the last verdict says for it, whatever its servers do."""
    exemption = uow.zombie_exemptions.in_force(clearing.system_id, uow.now)
    if exemption is not None:
        return Sentence(EXEMPTED, {"day": str(exemption.ends_on)})
    if any(not profile_for(campaign.policy, purpose).cleared for purpose in purposes.values()):
        return Sentence(SPARED)
    verdict = uow.verdicts.of_system(clearing.system_id)
    if verdict is not None and verdict.state is VerdictState.ACTIVE and verdict.created_at > clearing.created_at:
        return Sentence(BELIEVED, {"day": str(verdict.day)})
    return None


def _started(
    uow: UnitOfWork, clearing: Clearing, servers: list[Server], objects: Mapping[UUID, Recorded]
) -> tuple[str, ...]:
    """Servers that a full sync, begun after they were switched off, has seen running."""
    if clearing.state not in OFF or clearing.quarantined_at is None:
        return ()
    return tuple(
        server.name
        for server in servers
        if (seen := objects.get(server.id)) is not None
        and seen.object.status is ObjectStatus.ACTIVE
        and (sync := uow.syncs.latest(server.cloud, SyncMode.FULL, clean=True)) is not None
        and sync.started_at is not None
        and sync.started_at > clearing.quarantined_at
    )


def _seen(ctx: Context, look: _Looked, days: Mapping[UUID, list[DayUse]], now: datetime) -> Seen:
    clearing = look.clearing
    if clearing.stands not in ASKING:
        return Seen(started=_by_whom(ctx, look), grown=look.grown, gone=look.gone)
    returned, waits = look.returned, ""
    for server in look.servers:
        use, why = _server(look, server, days, now)
        returned = returned or use
        waits = waits or why
    idle = not waits and returned is None
    return Seen(returned=returned, idle=idle, why=waits, grown=look.grown, gone=look.gone)


def _server(
    look: _Looked, server: Server, days: Mapping[UUID, list[DayUse]], now: datetime
) -> tuple[Sentence | None, str]:
    """What speaks for use of a server, and why it may not be switched off yet ("" where nothing says so)."""
    clearing, policy = look.clearing, look.campaign.policy
    recorded = look.objects.get(server.id)
    if recorded is None or recorded.state is ObjectState.MISSING:
        return None, _said(Sentence(NOT_SEEN, {"name": server.name}))
    if recorded.object.status is ObjectStatus.STOPPED:
        off_days = (now - recorded.changed_at).days
        needed = policy.windows.off_after_idle_days
        return None, "" if off_days >= needed else _said(Sentence(OFF_FOR, {"name": server.name, "days": off_days}))
    purpose = look.purposes.get(server.id, look.purposes.get(None))
    past = Past.of(policy, days.get(recorded.id, []), purpose)
    today = now.astimezone(UTC).date()
    decision = decide(policy, past, today, asked_on=_asked_on(clearing), purpose=purpose)
    last = decision.last_used_on
    if decision.step is Step.DISMISS or (last is not None and last > clearing.created_at.astimezone(UTC).date()):
        return Sentence(USED, {"name": server.name, "day": str(last)}), ""
    return None, "" if decision.step is Step.SWITCH_OFF else f"{server.name}: {_said(decision.sentence)}"


def _asked_on(clearing: Clearing) -> date | None:
    """Since when its owner knows; the clock of the policy begins there, never earlier."""
    return clearing.notified_at.astimezone(UTC).date() if clearing.notified_at else None


def _by_whom(ctx: Context, look: _Looked) -> tuple[str, ...]:
    """The servers that were started, with who did it where the cloud tells."""
    named = []
    for server in look.servers:
        if server.name in look.started:
            page = ctx.queries.inventory_changes.page(
                None, {"object_id": look.objects[server.id].id}, PageAsk(limit=20)
            )
            changes = [row for row in page.items if isinstance(row, InventoryChangeRow) and row.who]
            named.append(f"{server.name} ({changes[0].who})" if changes else server.name)
    return tuple(named)


def _said(sentence: Sentence) -> str:
    return sentence.words["zh_CN"]
