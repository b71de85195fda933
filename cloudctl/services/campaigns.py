"""Campaigns: who would be taken on, started, stopped and resumed; the policy is frozen at the start.

    lines = campaigns.plan(ctx, request, policy="default")             # the dry run: every candidate with its reason
    campaign, lines = campaigns.start(ctx, request, title="2026 年度清理", policy="default")
    campaigns.nominate_more(ctx, request)                              # the regular job: what caps kept back before

Verdicts nominate, and only those that say zombie: no data never does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from cloudctl.domain.accounts import Permission, Role, missing
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.campaigns import Campaign, digest_of, numbered
from cloudctl.domain.clearings import Clearing
from cloudctl.domain.clearings import numbered as case_numbered
from cloudctl.domain.declarations import refuse_secret
from cloudctl.domain.errors import Conflict, Forbidden, Invalid
from cloudctl.domain.freezes import Bound
from cloudctl.domain.servers import Server
from cloudctl.domain.verdicts import Verdict, VerdictState
from cloudctl.domain.zombies import ZombiePolicy
from cloudctl.governance.zombies.nominations import Candidate, Line, nominate
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import freezes
from cloudctl.services.notices import tell
from cloudctl.services.stops import refuse_stopped

CONSIDERED = frozenset({VerdictState.ZOMBIE, VerdictState.SUSPECT, VerdictState.NO_DATA})
A_DAY = timedelta(days=1)  # from one run of a campaign to its next
FRESH = timedelta(days=7)
"""A verdict that no scan of this time has confirmed nominates nobody: the scan comes first."""


class Scope(NamedTuple):
    """Whom a campaign is about, departments with their subtrees; what is empty bounds nothing."""

    departments: Sequence[UUID]
    zones: Sequence[str]
    systems: Sequence[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a run comes to: the campaign, None in a dry run, and a line for each candidate."""

    campaign: Campaign | None
    lines: list[Line]

    @property
    def taken(self) -> int:
        """How many are taken on."""
        return sum(line.taken for line in self.lines)


def plan(
    ctx: Context,
    request: Request,
    *,
    policy: str,
    departments: Sequence[UUID] = (),
    zones: Sequence[str] = (),
    systems: Sequence[UUID] = (),
) -> Planned:
    """The dry run: who would be taken on now, and who not and why; keeps nothing."""
    request.actor.require(Permission.CLEARINGS_READ)
    _office(request)
    rules = _policy(ctx, policy)
    with ctx.unit_of_work(request) as uow:
        _known(uow, departments, zones)
        return Planned(campaign=None, lines=_lines(uow, rules, Scope(departments, zones, systems)))


def start(
    ctx: Context,
    request: Request,
    *,
    title: str,
    policy: str,
    departments: Sequence[UUID] = (),
    zones: Sequence[str] = (),
    systems: Sequence[UUID] = (),
) -> Planned:
    """Starts a campaign and nominates; raises Frozen in a freeze window, Conflict while the kill switch is on.

    With `systems` it is about these alone: Conflict, naming what is in the way, where one of them cannot be taken on.
    """
    request.actor.require(Permission.CLEARINGS_WRITE)
    _office(request)
    refuse_secret(None, {"title": title})
    rules = _policy(ctx, policy)
    person = _person(request)
    with ctx.unit_of_work(request) as uow:
        uow.clearings.lock_caps()
        refuse_stopped(uow)
        _known(uow, departments, zones)
        freezes.refuse_frozen(uow, {Bound.CAMPAIGNS}, *zones)
        year = today_for_people(uow.now).year
        campaign = Campaign(
            number=numbered(year, uow.campaigns.next_number(year)),
            title=title.strip(),
            policy_name=rules.name,
            policy=rules,
            digest=digest_of(rules),
            departments=list(departments),
            zones=sorted(set(zones)),
            systems=list(systems),
            started_by=person,
            started_for=request.actor.for_account_id,
            started_at=uow.now,
            ran_at=uow.now,
        )
        uow.campaigns.add(campaign)
        lines = _lines(uow, rules, _scope(campaign))
        _refuse_not_taken(uow, campaign, lines)
        _open(uow, campaign, lines)
        after: dict[str, object] = {
            "number": campaign.number,
            "policy": f"{rules.name} {rules.version}",
            "digest": campaign.digest,
            "departments": [str(key) for key in campaign.departments],
            "zones": campaign.zones,
            "systems": [str(key) for key in campaign.systems],
            "taken": sum(line.taken for line in lines),
        }
        uow.audit("start/campaign", "campaign", campaign.id, after=after)
        return uow.answer(Planned(campaign=campaign, lines=lines))


def get(ctx: Context, request: Request, campaign_id: UUID) -> tuple[Campaign, bool]:
    """One campaign, and whether the policy of its name says something else by now."""
    request.actor.require(Permission.CLEARINGS_READ)
    with ctx.unit_of_work(request) as uow:
        campaign = uow.campaigns.get(campaign_id)
    if not request.actor.sees_all:
        raise missing("campaign", campaign_id)
    return campaign, edited(ctx, campaign)


def stop(
    ctx: Context, request: Request, campaign_id: UUID, *, reason: str, expected_version: int | None = None
) -> Campaign:
    """Stops one campaign: its cases are held at their next step."""
    request.actor.require(Permission.CLEARINGS_STOP)
    with ctx.unit_of_work(request) as uow:
        campaign = uow.campaigns.lock(campaign_id)
        uow.check_version(campaign, expected_version)
        campaign.stop(_person(request), reason, uow.now)
        uow.audit("stop/campaign", "campaign", campaign.id, after={"number": campaign.number}, reason=reason)
        return uow.answer(campaign)


def resume(
    ctx: Context, request: Request, campaign_id: UUID, *, reason: str = "", expected_version: int | None = None
) -> Campaign:
    """Lets a stopped campaign go on; Forbidden for who stopped it."""
    request.actor.require(Permission.CLEARINGS_WRITE)
    with ctx.unit_of_work(request) as uow:
        campaign = uow.campaigns.lock(campaign_id)
        uow.check_version(campaign, expected_version)
        campaign.resume(request.actor.persons)
        uow.audit(
            "start/campaign-resume", "campaign", campaign.id, after={"number": campaign.number}, reason=reason or None
        )
        return uow.answer(campaign)


def nominate_more(ctx: Context, request: Request) -> int:
    """What caps kept back before, for the running campaigns; says once when a policy was edited. Answers how many."""
    with ctx.unit_of_work(request) as uow:
        standing = [campaign.id for campaign in uow.campaigns.standing()]
    return sum(_more(ctx, request, key) for key in standing)


def edited(ctx: Context, campaign: Campaign) -> bool:
    """Whether the policy of its name is no longer what it was started with."""
    now = ctx.zombie_policies.get(campaign.policy_name)
    return now is None or digest_of(now) != campaign.digest


def _more(ctx: Context, request: Request, campaign_id: UUID) -> int:
    with ctx.unit_of_work(request) as uow:
        uow.clearings.lock_caps()
        campaign = uow.campaigns.lock(campaign_id)
        _say_edit(ctx, uow, campaign)
        if (
            campaign.state != "running"
            or uow.stops.standing()
            or freezes.frozen(uow, {Bound.CAMPAIGNS}, *campaign.zones)
        ):
            return 0
        if uow.now - (campaign.ran_at or campaign.started_at) < A_DAY:
            return 0
        campaign.ran_at = uow.now
        lines = _lines(uow, campaign.policy, _scope(campaign))
        opened = _open(uow, campaign, lines)
        if opened:
            after: dict[str, object] = {"number": campaign.number, "taken": opened}
            uow.audit("start/campaign-run", "campaign", campaign.id, after=after)
        return opened


def _say_edit(ctx: Context, uow: UnitOfWork, campaign: Campaign) -> None:
    """A policy that was edited in mid-campaign changes nothing of it, and its starter is told so once."""
    if campaign.edit_said_at is not None or not edited(ctx, campaign):
        return
    campaign.edit_said_at = uow.now
    uow.audit("evaluate/campaign-policy", "campaign", campaign.id, after={"number": campaign.number, "edited": True})
    people = uow.accounts.with_role(Role.OFFICE_ADMIN, None)
    params = {"number": campaign.number, "name": campaign.policy_name}
    tell(uow, people, "policy_edited", params, event=f"{campaign.id}/policy-edited")


def _scope(campaign: Campaign) -> Scope:
    return Scope(campaign.departments, campaign.zones, campaign.systems)


def _lines(uow: UnitOfWork, rules: ZombiePolicy, scope: Scope) -> list[Line]:
    """Every candidate of a scope with what becomes of it."""
    today = today_for_people(uow.now)
    scanned = uow.zombie_scans.last_days()
    counts = Counter(clearing.department_id for clearing in uow.clearings.standing())
    theirs = uow.departments.subtree(scope.departments)
    candidates = [
        one
        for verdict in uow.verdicts.standing()
        if (verdict.system_id in scope.systems if scope.systems else verdict.state in CONSIDERED)
        if not scope.departments or verdict.department_id in theirs
        if (one := _candidate(uow, verdict, scope.zones, scanned)) is not None
    ]
    return nominate(
        candidates, rules.caps, counts, today=today, room=rules.caps.per_run, stale_before=today - FRESH,
        again_after_days=rules.windows.ask_again_after_days,
    )  # fmt: skip


def _candidate(
    uow: UnitOfWork, verdict: Verdict, zones: Sequence[str], scanned: Mapping[UUID | None, date]
) -> Candidate | None:
    """A verdict as a planner reads it; None for a system outside of the zones, or one that has ended."""
    system = uow.systems.get(verdict.system_id)
    judged = {view.server_id for view in verdict.judged.servers}
    found = [one for one in uow.resources.of_system(system.id) if isinstance(one, Server) and one.state == "active"]
    if system.ended or (zones and not {server.zone for server in found} & set(zones)):
        return None
    last = next(iter(uow.clearings.of_system(system.id)), None)
    stands = last is not None and not last.ended
    department = uow.departments.get(system.department_id)
    return Candidate(
        system_id=system.id,
        code=system.code,
        name=system.name,
        department_id=system.department_id,
        department=department.name,
        verdict_id=verdict.id,
        day=max([verdict.day, *(scanned[one] for one in (None, *department.line) if one in scanned)]),
        state=verdict.state,
        confidence=verdict.confidence,
        purpose=verdict.purpose.value,
        cleared=verdict.cleared,
        signs=tuple(sign.value for sign in verdict.signs),
        words=verdict.judged.headline.words,
        servers=tuple(server.id for server in found if server.id in judged),
        exempt_until=verdict.exempt_until,
        standing=(last.number, uow.campaigns.get(last.campaign_id).number) if last and stands else None,
        kept_until=last.kept_until if last and last.state == "kept" else None,
        ended_on=_ended_on(last) if last and not stands else None,
    )


def _ended_on(last: Clearing) -> date | None:
    """When the last case ended with an answer or by itself; a kept one has its own day."""
    return None if last.state == "kept" else today_for_people(last.changed_at)


def _open(uow: UnitOfWork, campaign: Campaign, lines: Sequence[Line]) -> int:
    year = today_for_people(uow.now).year
    taken = [line.candidate for line in lines if line.taken]
    for one in taken:
        clearing = Clearing(
            number=case_numbered(year, uow.clearings.next_number("clearings", year)),
            campaign_id=campaign.id,
            system_id=one.system_id,
            department_id=one.department_id,
            verdict_id=one.verdict_id,
            claim=one.system_id,
            words=dict(one.words),
            servers=list(one.servers),
            changed_at=uow.now,
            created_at=uow.now,
        )
        uow.clearings.add(clearing)
        after: dict[str, object] = {
            "number": clearing.number, "campaign": campaign.number, "system": one.code, "verdict": str(one.verdict_id),
            "confidence": one.confidence,
        }  # fmt: skip
        uow.audit("create/clearing", "clearing", clearing.id, department_id=one.department_id, after=after)
    return len(taken)


def _refuse_not_taken(uow: UnitOfWork, campaign: Campaign, lines: Sequence[Line]) -> None:
    """Raises Conflict for the first named system that cannot be taken on, with what is in the way."""
    by_system = {line.candidate.system_id: line for line in lines}
    for key in campaign.systems:
        system, line = uow.systems.get(key), by_system.get(key)
        if line is None:
            raise Conflict(
                "The system {system} has no verdict.", field="systems",
                way_out="Have it scanned first: `cloudctl zombies scan`.", system=system.code,
            )  # fmt: skip
        if not line.taken:
            way_out = "See why: `cloudctl zombies explain`, `cloudctl zombies case list`."
            raise Conflict(line.message, field="systems", way_out=way_out, **line.params)


def _policy(ctx: Context, name: str) -> ZombiePolicy:
    if name not in ctx.zombie_policies:
        raise Invalid(
            "There is no policy {name} about zombie systems.", field="policy",
            way_out="Name one of: {names}.", name=name, names=", ".join(sorted(ctx.zombie_policies)),
        )  # fmt: skip
    return ctx.zombie_policies[name]


def _known(uow: UnitOfWork, departments: Sequence[UUID], zones: Sequence[str]) -> None:
    for key in departments:
        uow.departments.get(key)
    for zone in zones:
        uow.catalogue.zone(zone)


def _office(request: Request) -> None:
    if not request.actor.sees_all:
        raise Forbidden("A campaign is the office's.", way_out="See your own cases: `cloudctl zombies case list`.")


def _person(request: Request) -> UUID:
    if request.actor.account_id is None:
        raise Forbidden("A campaign is started and stopped by people.", way_out="Log in with an account.")
    return request.actor.account_id
