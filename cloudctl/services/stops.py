"""The kill switch (总停): thrown by one person, lifted by two; while it is on, no campaign takes a step.

stops.throw(ctx, request, reason="误关政务服务网")      # at once
stops.ask(ctx, request, reason="…")                   # somebody asks to lift it
stops.lift(ctx, request)                              # somebody else does
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from cloudctl.domain.accounts import Permission, Role
from cloudctl.domain.campaigns import Stop
from cloudctl.domain.errors import Conflict, Forbidden
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.notices import tell

TOLD = (Role.OFFICE_ADMIN, Role.OFFICE_REVIEWER, Role.OPERATOR, Role.SECURITY_SPECIALIST)


def throw(ctx: Context, request: Request, *, reason: str) -> Stop:
    """Puts it on; on already is answered as it stands."""
    request.actor.require(Permission.CLEARINGS_STOP)
    with ctx.unit_of_work(request) as uow:
        uow.clearings.lock_caps()
        stop = uow.stops.standing()
        if stop is None:
            stop = Stop(reason=reason, thrown_by=_person(request), thrown_at=uow.now)
            uow.stops.add(stop)
            uow.audit("stop/campaigns", "stop", stop.id, after={"state": stop.state}, reason=reason)
            _tell(uow, stop, "stop_thrown", reason)
        elif stop.state == "lift_asked":
            stop.keep()
            uow.audit("deny/stop-lift", "stop", stop.id, after={"state": stop.state}, reason=reason)
        return uow.answer(stop)


def ask(ctx: Context, request: Request, *, reason: str) -> Stop:
    """Asks to lift it."""
    request.actor.require(Permission.CLEARINGS_STOP)
    with ctx.unit_of_work(request) as uow:
        stop = _standing(uow)
        stop.ask(_person(request), request.actor.for_account_id, reason, uow.now)
        uow.audit("update/stop-ask", "stop", stop.id, after={"state": stop.state}, reason=reason)
        return uow.answer(stop)


def lift(ctx: Context, request: Request) -> Stop:
    """A second person lifts it; Forbidden for who asked."""
    request.actor.require(Permission.CLEARINGS_CONFIRM)
    with ctx.unit_of_work(request) as uow:
        stop = _standing(uow)
        stop.lift(_person(request), request.actor.persons, uow.now)
        uow.audit("start/campaigns", "stop", stop.id, after={"state": stop.state, "asked_by": str(stop.asked_by)})
        _tell(uow, stop, "stop_lifted", stop.asking or "")
        return uow.answer(stop)


def every(ctx: Context, request: Request) -> Sequence[Stop]:
    """Every throw, the newest first."""
    request.actor.require(Permission.CLEARINGS_READ)
    if not request.actor.sees_all:
        return []
    with ctx.unit_of_work(request) as uow:
        return uow.stops.all()


def refuse_stopped(uow: UnitOfWork) -> None:
    """Raises Conflict while the switch is on."""
    stop = uow.stops.standing()
    if stop is not None:
        raise Conflict(
            "The kill switch is on: {reason}",
            way_out="Two persons lift it: `cloudctl zombies campaign lift`.",
            reason=stop.reason,
        )


def _standing(uow: UnitOfWork) -> Stop:
    found = uow.stops.standing()
    if found is None:
        raise Conflict("The kill switch is not on.", way_out="There is nothing to lift.")
    return uow.stops.lock(found.id)


def _tell(uow: UnitOfWork, stop: Stop, template: str, reason: str) -> None:
    people = {account.id: account for role in TOLD for account in uow.accounts.with_role(role, None)}
    tell(uow, people.values(), template, {"reason": reason}, event=f"{stop.id}/{template}")


def _person(request: Request) -> UUID:
    if request.actor.account_id is None:
        raise Forbidden("The kill switch is thrown and lifted by people.", way_out="Log in with an account.")
    return request.actor.account_id
