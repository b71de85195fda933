"""Exemptions: granted by the office with a reason and an end, revocable."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import Invalid
from cloudctl.domain.exemptions import Exemption
from cloudctl.ports.context import Context, Request
from cloudctl.services.mergers import standing

LONGEST_DAYS = 366


def grant(
    ctx: Context,
    request: Request,
    *,
    rule: str,
    department_id: UUID,
    system_id: UUID | None,
    reason: str,
    ends_on: date,
) -> Exemption:
    """Lifts a rule for a department or one of its systems; at most a year, never without a reason."""
    actor = request.actor
    actor.require(Permission.EXEMPTIONS_WRITE)
    known = {policy["name"]: policy for rules in (ctx.rules, ctx.room_rules) for policy in rules.describe()}
    if rule not in known:
        raise Invalid("There is no policy {rule}.", field="rule", way_out="See `cloudctl policies list`.", rule=rule)
    if not known[rule].get("exemptable", True):
        raise Invalid(
            "The policy {rule} allows no exemption.", field="rule", way_out="Change what it refuses instead.", rule=rule
        )
    if not reason.strip():
        raise Invalid("An exemption needs a reason.", field="reason", way_out="Say why, for the audit.")
    days = (ends_on - today_for_people(ctx.clock.now())).days
    if not 0 <= days <= LONGEST_DAYS:
        raise Invalid(
            "An exemption ends today or later, within {most} days.",
            field="ends_on",
            way_out="Choose a nearer end and renew it then.",
            most=LONGEST_DAYS,
        )
    with ctx.unit_of_work(request) as uow:
        actor.require_sight(department_id, "department", department_id)
        standing(uow, department_id, "department_id")
        if system_id is not None and uow.systems.get(system_id).department_id != department_id:
            raise Invalid("The system is another department's.", field="system_id", way_out="Name one of its own.")
        if actor.account_id is None:
            raise Invalid("An exemption is granted by a person.", field="approved_by", way_out="Log in as the office.")
        exemption = Exemption(
            rule=rule,
            department_id=department_id,
            system_id=system_id,
            reason=reason,
            approved_by=actor.account_id,
            ends_on=ends_on,
            created_at=uow.now,
        )
        uow.exemptions.add(exemption)
        uow.audit(
            "allow/exemption",
            "exemption",
            exemption.id,
            department_id=department_id,
            after={"rule": rule, "system_id": system_id, "ends_on": ends_on},
            reason=reason,
        )
        return uow.answer(exemption)


def revoke(ctx: Context, request: Request, exemption_id: UUID, reason: str | None = None) -> Exemption:
    """Ends an exemption now; a second call changes nothing."""
    request.actor.require(Permission.EXEMPTIONS_WRITE)
    with ctx.unit_of_work(request) as uow:
        exemption = uow.exemptions.get(exemption_id)
        request.actor.require_sight(exemption.department_id, "exemption", exemption_id)
        if exemption.revoked_at is None:
            exemption.revoked_at = uow.now
            uow.audit("deny/exemption", "exemption", exemption.id, department_id=exemption.department_id, reason=reason)
        return uow.answer(exemption)
