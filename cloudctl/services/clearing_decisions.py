"""What people decide on a case: brought back, called off, let go on, and the two persons of a deletion.

    clearing_decisions.restore(ctx, request, clearing_id, reason="业务部门要用")
    clearing_decisions.propose(ctx, request, clearing_id, reason="隔离满 30 天，备份已验证")      # A
    clearing_decisions.confirm(ctx, request, clearing_id, reason="同意")                      # B, another person

Restoring asks neither the kill switch nor a freeze window. A deletion is asked for everything that could stand in its
way each time: at the proposal, at the confirmation, and by the saga before its first act.
"""

from __future__ import annotations

from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.clearings import Clearing, Signature
from cloudctl.domain.declarations import refuse_secret
from cloudctl.domain.errors import Conflict, Forbidden, Invalid
from cloudctl.domain.lifecycle_clearings import CLEARINGS
from cloudctl.governance.zombies.acts import ActKind
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.calendars import calendar_of
from cloudctl.services.clearing_blocks import refuse_blocked
from cloudctl.services.clearing_notices import SECOND_PERSONS, tell_office, tell_owner
from cloudctl.services.clearings import let_go, plain, start
from cloudctl.services.stops import refuse_stopped

RESTORERS = (Permission.CLEARINGS_ANSWER, Permission.CLEARINGS_WRITE, Permission.CLEARINGS_PROPOSE)


def restore(
    ctx: Context, request: Request, clearing_id: UUID, *, reason: str, expected_version: int | None = None
) -> Clearing:
    """Brings it back, whoever of the owner or the office asks; raises Refused once its deletion has begun."""
    if not any(request.actor.holds(permission) for permission in RESTORERS):
        request.actor.require(Permission.CLEARINGS_WRITE)
    with ctx.unit_of_work(request) as uow:
        clearing = _locked(uow, request, clearing_id, expected_version, reason)
        if clearing.stands == "deleting":
            raise Conflict(
                "The deletion of case {number} has begun: what is gone comes back only from the backup.",
                way_out="Ask operations for the backup.", number=clearing.number,
            )  # fmt: skip
        clearing.restore(plain(reason), uow.now)
        if clearing.saga is None:
            start(uow, clearing, ActKind.RELEASE)
        _audited(uow, clearing, "start/clearing-restore", reason)
        return uow.answer(clearing)


def dismiss(
    ctx: Context, request: Request, clearing_id: UUID, *, reason: str, expected_version: int | None = None
) -> Clearing:
    """The office calls a case off; what is off is brought back first."""
    request.actor.require(Permission.CLEARINGS_WRITE)
    with ctx.unit_of_work(request) as uow:
        clearing = _locked(uow, request, clearing_id, expected_version, reason)
        if clearing.stands == "deleting":
            CLEARINGS.next(clearing.stands, "dismiss")
        clearing.dismiss(plain(reason), uow.now)
        if clearing.state == "restoring" and clearing.saga is None:
            start(uow, clearing, ActKind.RELEASE)
        if clearing.ended:
            let_go(uow, clearing)
            tell_owner(uow, clearing, "clearing_dismissed")
        _audited(uow, clearing, "stop/clearing", reason)
        return uow.answer(clearing)


def resume(
    ctx: Context, request: Request, clearing_id: UUID, *, reason: str, expected_version: int | None = None
) -> Clearing:
    """Lets a case that waits for a person go on where it was; what is held goes on by itself."""
    request.actor.require(Permission.CLEARINGS_WRITE)
    with ctx.unit_of_work(request) as uow:
        clearing = _locked(uow, request, clearing_id, expected_version, reason)
        if clearing.state == "held":
            raise Conflict(
                "Case {number} is held, and goes on by itself.", way_out="Lift what holds it.", number=clearing.number
            )
        rules = uow.campaigns.get(clearing.campaign_id).policy.clock
        clearing.resume(calendar_of(uow), rules, uow.now)
        _audited(uow, clearing, "update/clearing-resume", reason)
        return uow.answer(clearing)


def propose(
    ctx: Context, request: Request, clearing_id: UUID, *, reason: str, expected_version: int | None = None
) -> Clearing:
    """The first of two persons; raises Conflict before the time in quarantine is over, or while something stands."""
    request.actor.require(Permission.CLEARINGS_PROPOSE)
    with ctx.unit_of_work(request) as uow:
        clearing = _locked(uow, request, clearing_id, expected_version, reason)
        CLEARINGS.next(clearing.state, "propose")
        refuse_blocked(uow, clearing)
        clearing.propose(_signature(uow, request, reason))
        _audited(uow, clearing, "create/clearing-proposal", reason)
        tell_office(uow, clearing, "clearing_proposed", reason, roles=SECOND_PERSONS)
        return uow.answer(clearing)


def take_back(
    ctx: Context, request: Request, clearing_id: UUID, *, reason: str, expected_version: int | None = None
) -> Clearing:
    """Takes a proposal back, or turns it down; whoever may propose or confirm."""
    if not request.actor.holds(Permission.CLEARINGS_CONFIRM):
        request.actor.require(Permission.CLEARINGS_PROPOSE)
    with ctx.unit_of_work(request) as uow:
        clearing = _locked(uow, request, clearing_id, expected_version, reason)
        clearing.take_back(uow.now)
        _audited(uow, clearing, "deny/clearing-proposal", reason)
        return uow.answer(clearing)


def confirm(
    ctx: Context, request: Request, clearing_id: UUID, *, reason: str, expected_version: int | None = None
) -> Clearing:
    """The second person; the deletion is queued. Forbidden for the first, and for who applied the policy."""
    request.actor.require(Permission.CLEARINGS_CONFIRM)
    with ctx.unit_of_work(request) as uow:
        clearing = _locked(uow, request, clearing_id, expected_version, reason)
        campaign = uow.campaigns.get(clearing.campaign_id)
        CLEARINGS.next(clearing.state, "confirm")
        refuse_stopped(uow)
        refuse_blocked(uow, clearing)
        clearing.confirm(_signature(uow, request, reason), campaign.starters)
        start(uow, clearing, ActKind.DELETE)
        _audited(uow, clearing, "update/clearing-confirm", reason)
        return uow.answer(clearing)


def _locked(
    uow: UnitOfWork, request: Request, clearing_id: UUID, expected_version: int | None, reason: str
) -> Clearing:
    refuse_secret(None, {"reason": reason})
    clearing = uow.clearings.lock(clearing_id)
    request.actor.require_sight(clearing.department_id, "clearing", clearing_id)
    uow.check_version(clearing, expected_version)
    if not reason.strip():
        raise Invalid("This needs a reason.", field="reason", way_out="Say why, for whoever looks later.")
    return clearing


def _signature(uow: UnitOfWork, request: Request, reason: str) -> Signature:
    if request.actor.account_id is None:
        raise Forbidden("A deletion is signed by people.", way_out="Log in with an account.")
    return Signature(
        by=request.actor.account_id, for_account_id=request.actor.for_account_id, at=uow.now, reason=reason.strip()
    )


def _audited(uow: UnitOfWork, clearing: Clearing, action: str, reason: str) -> None:
    after: dict[str, object] = {"number": clearing.number, "state": clearing.state}
    uow.audit(action, "clearing", clearing.id, department_id=clearing.department_id, after=after, reason=reason)
