"""Exemptions from the zombie policy: asked for by the department, decided on by somebody else, renewed so many times.

found = ask(ctx, request, system_id, ends_on=date(2027, 3, 31), reason="汛期值守系统，汛期前后使用")
decide(ctx, request, found.id, "grant", answer="同意")
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.declarations import refuse_secret
from cloudctl.domain.errors import Conflict, Invalid
from cloudctl.domain.systems import System
from cloudctl.domain.zombie_exemptions import ZombieExemption, check_end, check_renewals
from cloudctl.domain.zombies import ExemptionRules
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.clearing_notices import owners
from cloudctl.services.notices import tell
from cloudctl.services.zombies import DEFAULT

FOLLOWS_WITHIN = timedelta(days=366)
"""An exemption that is asked for so soon after the end of another one renews it."""
EVENTS = ("grant", "refuse")


def ask(
    ctx: Context, request: Request, system_id: UUID, *, ends_on: date, reason: str, policy: str = DEFAULT
) -> ZombieExemption:
    """Asks that a system is not cleared until a day; raises Invalid for more days or renewals than the policy allows.

    Raises Conflict while another request for it waits.
    """
    actor = request.actor
    actor.require(Permission.SYSTEMS_WRITE)
    refuse_secret(None, {"reason": reason})
    if actor.account_id is None:
        raise Invalid("An exemption is asked for by a person.", field="asked_by", way_out="Log in as the department.")
    rules = _rules(ctx, policy)
    with ctx.unit_of_work(request) as uow:
        system = uow.systems.get(system_id)
        actor.require_sight(system.department_id, "system", system_id)
        check_end(ends_on, today_for_people(uow.now), rules.most_days)
        earlier = uow.zombie_exemptions.of_system(system_id)
        if any(one.state == "requested" for one in earlier):
            raise Conflict(
                "An exemption for {system} waits to be decided on already.",
                way_out="See `cloudctl zombies exemptions`.",
                system=system.code,
            )
        last = _followed(earlier, today_for_people(uow.now))
        asked = ZombieExemption(
            system_id=system_id,
            department_id=system.department_id,
            reason=reason.strip(),
            ends_on=ends_on,
            renews_id=None if last is None else last.id,
            renewal=0 if last is None else last.renewal + 1,
            asked_by=actor.account_id,
            asked_for=actor.for_account_id,
            created_at=uow.now,
        )
        check_renewals(asked.renewal, rules.most_renewals)
        uow.zombie_exemptions.add(asked)
        _audit(uow, "create/zombie-exemption", asked, system.code, asked.reason)
        return uow.answer(asked)


def decide(
    ctx: Context,
    request: Request,
    exemption_id: UUID,
    event: str,
    *,
    answer: str | None = None,
    policy: str = DEFAULT,
    expected_version: int | None = None,
) -> ZombieExemption:
    """Grants or refuses a request; raises Forbidden for who asked, Refused for one that is decided on already."""
    request.actor.require(Permission.ZOMBIES_WRITE)
    if event not in EVENTS:
        raise Invalid("An exemption is granted or refused.", field="decision", way_out="Say grant, or refuse.")
    if event == "refuse" and not (answer or "").strip():
        raise Invalid("A refusal needs its reason.", field="answer", way_out="Say why, for the department.")
    rules = _rules(ctx, policy)
    with ctx.unit_of_work(request) as uow:
        asked = uow.zombie_exemptions.lock(exemption_id)
        request.actor.require_sight(asked.department_id, "zombie_exemption", exemption_id)
        uow.check_version(asked, expected_version)
        if event == "grant":
            check_end(asked.ends_on, today_for_people(uow.now), rules.most_days)
            check_renewals(asked.renewal, rules.most_renewals)
        asked.decide(event, request.actor, uow.now, answer)
        action = "allow/zombie-exemption" if event == "grant" else "deny/zombie-exemption"
        system = uow.systems.get(asked.system_id)
        _audit(uow, action, asked, system.code, answer)
        _tell(uow, asked, system, f"zombie_exemption_{asked.state}")
        return uow.answer(asked)


def revoke(ctx: Context, request: Request, exemption_id: UUID, reason: str) -> ZombieExemption:
    """Takes a granted exemption back; raises Refused for any other."""
    request.actor.require(Permission.ZOMBIES_WRITE)
    if not reason.strip():
        raise Invalid("A revocation needs its reason.", field="reason", way_out="Say why, for the department.")
    with ctx.unit_of_work(request) as uow:
        granted = uow.zombie_exemptions.lock(exemption_id)
        request.actor.require_sight(granted.department_id, "zombie_exemption", exemption_id)
        granted.end(uow.now, reason.strip())
        system = uow.systems.get(granted.system_id)
        _audit(uow, "stop/zombie-exemption", granted, system.code, reason.strip())
        _tell(uow, granted, system, "zombie_exemption_ended")
        return uow.answer(granted)


def _rules(ctx: Context, policy: str) -> ExemptionRules:
    found = ctx.zombie_policies.get(policy)
    if found is None:
        raise Invalid(
            "There is no policy {policy} about zombies.",
            field="policy",
            way_out="One of: {known}.",
            policy=policy,
            known=", ".join(sorted(ctx.zombie_policies)),
        )
    return found.exemptions


def _followed(earlier: Sequence[ZombieExemption], today: date) -> ZombieExemption | None:
    """The granted exemption that a new one renews: the last one, unless it ended long ago."""
    granted = [one for one in earlier if one.state in {"granted", "ended"} and one.ends_on >= today - FOLLOWS_WITHIN]
    return max(granted, key=lambda one: (one.renewal, one.ends_on), default=None)


def _tell(uow: UnitOfWork, exemption: ZombieExemption, system: System, template: str) -> None:
    """Who asked, and in whose name, is told; where they have left, whoever answers for the department now."""
    hands = (exemption.asked_by, exemption.asked_for)
    people = [account for key in hands if key is not None if (account := uow.accounts.get(key)).active]
    params = {
        "system": system.code, "title": system.name, "day": str(exemption.ends_on), "reason": exemption.answer or ""
    }  # fmt: skip
    people = people or owners(uow, exemption.department_id)
    tell(uow, people, template, params, event=f"{exemption.id}/{exemption.state}")


def _audit(uow: UnitOfWork, action: str, exemption: ZombieExemption, system: str, reason: str | None) -> None:
    uow.audit(
        action,
        "zombie_exemption",
        exemption.id,
        department_id=exemption.department_id,
        after={
            "system": system, "state": exemption.state, "ends_on": exemption.ends_on, "renewal": exemption.renewal,
        },
        reason=reason,
    )  # fmt: skip
