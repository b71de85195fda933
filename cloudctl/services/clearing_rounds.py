"""The regular round over the cases: what is due today is done, one case a transaction, each act once.

    clearing_rounds.advance(ctx, request)       # every few minutes; answers how many acts it did

Everything is read first, outside of any act (`clearing_evidence`); what a case needs is decided by a planner
(`governance/zombies/acts`) and decided anew on the locked case, so that a person who was quicker is not overruled.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import Calendar, today_for_people
from cloudctl.domain.campaigns import Campaign
from cloudctl.domain.clearings import Clearing, Words
from cloudctl.domain.errors import Claimed, Conflict
from cloudctl.domain.signals import Sentence
from cloudctl.domain.zombies import Caps
from cloudctl.governance.zombies.acts import OFFICE, SAGAS, STARTED_BY_HAND, Act, ActKind, Seen, next_act
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import campaigns
from cloudctl.services.calendars import calendar_of
from cloudctl.services.clearing_evidence import gather
from cloudctl.services.clearing_notices import ask, owners, remind, tell_office, tell_owner
from cloudctl.services.clearings import barred, let_go, start

log = logging.getLogger(__name__)
A_DAY = timedelta(days=1)
MOST_ACTS = 5
"""So many acts of one case follow each other in a round."""


def advance(ctx: Context, request: Request) -> int:
    """One round; answers how many acts were done."""
    request.actor.require(Permission.CLEARINGS_WRITE)
    campaigns.nominate_more(ctx, request)
    seen = gather(ctx, request)
    done = sum(_advance(ctx, request, key, what) for key, what in seen.items())
    _finish(ctx, request)
    return done


def _advance(ctx: Context, request: Request, key: UUID, seen: Seen) -> int:
    """Act by act, until nothing more is due of this case."""
    for done in range(MOST_ACTS):
        try:
            if not _once(ctx, request, key, seen):
                return done
        except (Claimed, Conflict) as refused:
            log.info("clearing %s waits: %s", key, refused)
            return done
    return MOST_ACTS


def _once(ctx: Context, request: Request, key: UUID, seen: Seen) -> bool:
    with ctx.unit_of_work(request) as uow:
        uow.clearings.lock_caps()
        clearing = uow.clearings.lock(key)
        if clearing.ended:
            return False
        campaign = uow.campaigns.get(clearing.campaign_id)
        calendar = calendar_of(uow)
        _look_after_owner(uow, clearing, campaign, calendar)
        if seen.gone and clearing.saga is None:
            let_go(uow, clearing, only=seen.gone)
        found = barred(uow, clearing, campaign)
        act = next_act(
            clearing,
            now=uow.now,
            calendar=calendar,
            clock=campaign.policy.clock,
            barred=found.message if found else None,
            seen=seen,
            room=_room(uow, clearing, campaign.policy.caps),
        )
        if act.kind is ActKind.HOLD and found is not None:
            act = Act(kind=ActKind.HOLD, message=found.message, params=dict(found.params))
        if act.kind is ActKind.NONE:
            if act.message:
                clearing.wait(Sentence(act.message, act.params).words)
            return False
        _carry_out(uow, clearing, campaign, calendar, act)
        return True


@dataclass(frozen=True, slots=True)
class _Turn:
    """One act on one locked case."""

    uow: UnitOfWork
    clearing: Clearing
    campaign: Campaign
    calendar: Calendar
    act: Act
    words: Words


def _carry_out(uow: UnitOfWork, clearing: Clearing, campaign: Campaign, calendar: Calendar, act: Act) -> None:
    words = Sentence(act.message, act.params).words if act.message else {}
    if act.kind in SAGAS:
        start(uow, clearing, act.kind)
    else:
        _ACTS[act.kind](_Turn(uow, clearing, campaign, calendar, act, words))
    after: dict[str, object] = {"number": clearing.number, "state": clearing.state, "act": act.kind.value}
    if words:
        after["cause"] = words["en"]
    if clearing.due_on is not None:
        after["due_on"] = clearing.due_on
    uow.audit("evaluate/clearing", "clearing", clearing.id, department_id=clearing.department_id, after=after)


def _remind(turn: _Turn) -> None:
    turn.clearing.reminded = turn.act.stage
    remind(turn.uow, turn.clearing, turn.act.stage)


def _lapse(turn: _Turn) -> None:
    turn.clearing.lapse(turn.uow.now)
    turn.clearing.reminded = OFFICE
    tell_owner(turn.uow, turn.clearing, "clearing_lapsed")
    tell_office(turn.uow, turn.clearing, "clearing_lapsed")


def _dismiss(turn: _Turn) -> None:
    turn.clearing.dismiss(turn.words, turn.uow.now)
    if turn.clearing.ended:
        let_go(turn.uow, turn.clearing)
        tell_owner(turn.uow, turn.clearing, "clearing_dismissed")


def _park(turn: _Turn) -> None:
    turn.clearing.park(turn.words, turn.uow.now, used=turn.act.message == STARTED_BY_HAND)
    tell_office(turn.uow, turn.clearing, "clearing_attention")
    tell_owner(turn.uow, turn.clearing, "clearing_attention")


def _notify(turn: _Turn) -> None:
    """The owner is told, and the clock begins now; with nobody to tell the office is, and there is more time."""
    uow, clearing, clock = turn.uow, turn.clearing, turn.campaign.policy.clock
    people = owners(uow, clearing.department_id)
    days = clock.answer_working_days if people else clock.answer_working_days_without_owner
    clearing.notify(turn.calendar.after(today_for_people(uow.now), days), uow.now, owner_known=bool(people))
    if people:
        ask(uow, clearing, people, "clearing_asked", 0)
    else:
        tell_office(uow, clearing, "clearing_asked")


_ACTS: dict[ActKind, Callable[[_Turn], None]] = {
    ActKind.NOTIFY: _notify,
    ActKind.REMIND: _remind,
    ActKind.WAKE: lambda turn: turn.clearing.wake(turn.calendar, turn.uow.now),
    ActKind.LAPSE: _lapse,
    ActKind.DISMISS: _dismiss,
    ActKind.HOLD: lambda turn: turn.clearing.hold(turn.words, turn.calendar, turn.uow.now),
    ActKind.RESUME: lambda turn: turn.clearing.resume(turn.calendar, turn.campaign.policy.clock, turn.uow.now),
    ActKind.PARK: _park,
}


def _look_after_owner(uow: UnitOfWork, clearing: Clearing, campaign: Campaign, calendar: Calendar) -> None:
    """An owner who left: with nobody in his place there is more time; who comes new is told and has all of it."""
    if clearing.state not in {"notified", "snoozed"} or clearing.notified_at is None:
        return
    clock, people = campaign.policy.clock, owners(uow, clearing.department_id)
    if not people and clearing.owner_known:
        begun = today_for_people(clearing.notified_at)
        clearing.orphan(calendar.after(begun, clock.answer_working_days_without_owner))
        _said_owner(uow, clearing)
        tell_office(uow, clearing, "clearing_asked")
        return
    told = {link.account_id for link in uow.answer_links.of_clearing(clearing.id)}
    if people and told.isdisjoint(account.id for account in people):
        clearing.adopt(calendar.after(today_for_people(uow.now), clock.answer_working_days))
        ask(uow, clearing, people, "clearing_asked", 0)
        _said_owner(uow, clearing)


def _said_owner(uow: UnitOfWork, clearing: Clearing) -> None:
    after: dict[str, object] = {
        "number": clearing.number,
        "owner_known": clearing.owner_known,
        "due_on": clearing.due_on,
    }
    uow.audit("update/clearing-owner", "clearing", clearing.id, department_id=clearing.department_id, after=after)


def _room(uow: UnitOfWork, clearing: Clearing, caps: Caps) -> bool:
    """Whether a day's cap leaves room for one more to be switched off; per_department holds for a day as well."""
    lately = [one for one in uow.clearings.switched_off_since(uow.now - A_DAY) if one.id != clearing.id]
    theirs = sum(one.department_id == clearing.department_id for one in lately)
    return len(lately) < caps.per_day and theirs < caps.per_department


def _finish(ctx: Context, request: Request) -> None:
    """A campaign whose every case has ended has finished."""
    with ctx.unit_of_work(request) as uow:
        for campaign in uow.campaigns.standing():
            cases = uow.clearings.of_campaign(campaign.id)
            if cases and all(one.ended for one in cases):
                campaign.finish(uow.now)
                after: dict[str, object] = {"number": campaign.number, "cases": len(cases)}
                uow.audit("update/campaign-finish", "campaign", campaign.id, after=after)
