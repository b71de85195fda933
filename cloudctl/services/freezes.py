"""Freeze windows as data on record, and the one place that refuses what an open one forbids.

    freezes.refuse_frozen(uow, {Bound.RELEASES}, server.zone)          # raises Frozen
    freezes.refuse_frozen_order(uow, order)                            # at approval and at a build's new start
    if freezes.frozen(uow, {Bound.RELEASES}, zone): ...                # for jobs, which wait
    freezes.clear(uow, Bound.PATCHES, zones)                           # before what is begun outside of orders

Emergencies are excepted: then the exception itself goes on the audit trail. Power acts and restoring ask nobody here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import PEOPLE_ZONE
from cloudctl.domain.errors import Conflict, Frozen, Invalid, NotFound
from cloudctl.domain.freezes import Bound, Clearance, Freeze, acts_of, barring, next_closed, next_open
from cloudctl.domain.orders import Order
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork

LONGEST = timedelta(days=366)
BY_HAND = frozenset({Bound.PATCHES, Bound.CAMPAIGNS})
"""What is begun outside of orders."""


def create(
    ctx: Context,
    request: Request,
    *,
    name: str,
    starts_at: datetime,
    ends_at: datetime,
    binds: list[Bound],
    zones: list[str],
    reason: str,
) -> Freeze:
    """Puts a window on record; no `zones` means all of them. It may have begun, but not be over."""
    request.actor.require(Permission.CALENDARS_WRITE)
    if not name.strip() or not reason.strip():
        raise Invalid("A freeze window needs a name and a reason.", field="reason", way_out="Say what it is for.")
    if not binds:
        raise Invalid("A freeze window binds something.", field="binds", way_out="Name at least one kind of act.")
    with ctx.unit_of_work(request) as uow:
        _checked(uow, starts_at, ends_at, zones)
        if request.actor.account_id is None:
            raise Invalid("A freeze window is set by a person.", field="created_by", way_out="Log in as the office.")
        freeze = Freeze(
            name=name.strip(),
            starts_at=starts_at,
            ends_at=ends_at,
            binds=sorted(set(binds)),
            zones=sorted(set(zones)),
            reason=reason.strip(),
            created_by=request.actor.account_id,
            created_at=uow.now,
        )
        uow.freezes.add(freeze)
        uow.audit(
            "create/freeze",
            "freeze",
            freeze.id,
            after={
                "name": freeze.name,
                "starts_at": starts_at,
                "ends_at": ends_at,
                "binds": [bound.value for bound in freeze.binds],
                "zones": freeze.zones,
            },
            reason=freeze.reason,
        )
        return uow.answer(freeze)


def cancel(ctx: Context, request: Request, freeze_id: UUID, reason: str | None = None) -> Freeze:
    """Ends a window now, or takes back one to come; a second call changes nothing, one that is over is refused."""
    request.actor.require(Permission.CALENDARS_WRITE)
    with ctx.unit_of_work(request) as uow:
        freeze = uow.freezes.lock(freeze_id)
        if freeze.cancelled_at is None:
            if freeze.ends_at <= uow.now:
                raise Conflict(
                    "The freeze window {name} is over.", way_out="There is nothing to cancel.", name=freeze.name
                )
            freeze.cancelled_at = uow.now
            uow.audit("update/freeze-cancel", "freeze", freeze.id, after={"name": freeze.name}, reason=reason)
        return uow.answer(freeze)


def check(ctx: Context, request: Request, *, act: Bound, zones: Sequence[str] = ()) -> Clearance:
    """Whether an act may begin now in all of these zones (none: everywhere), and until when.

    Raises Frozen where a window forbids it, NotFound for an unknown zone.
    """
    request.actor.require(Permission.CALENDARS_READ)
    with ctx.unit_of_work(request) as uow:
        _known(uow, zones, field="zone")
        return clear(uow, act, zones)


def except_emergency(
    ctx: Context, request: Request, *, act: Bound, zones: Sequence[str] = (), reason: str
) -> Clearance:
    """Lets an operator begin an act in an emergency, whatever window is open: each that it passes goes on record."""
    request.actor.require(Permission.WORKFLOWS_WRITE)
    if not reason.strip():
        raise Invalid(
            "An exception from a freeze window needs a reason.", field="reason", way_out="Say what the emergency is."
        )
    if act not in BY_HAND:
        raise Invalid(
            "What orders do passes a freeze window only as an order.",
            field="act",
            way_out="Enter the order as an emergency.",
        )
    with ctx.unit_of_work(request) as uow:
        _known(uow, zones, field="zones")
        return uow.answer(clear(uow, act, zones, emergency=reason.strip()))


def clear(uow: UnitOfWork, act: Bound, zones: Sequence[str], *, emergency: str | None = None) -> Clearance:
    """The clearance of an act in all of the zones; raises Frozen, unless `emergency` gives a reason, for the record."""
    passed = frozen(uow, {act}, *zones)
    if emergency is None:
        refuse_frozen(uow, {act}, *zones)
    for freeze in passed:
        uow.audit(
            "allow/freeze-exception",
            "freeze",
            freeze.id,
            after={"freeze": freeze.name, "until": freeze.over_at, "act": act.value, "zones": sorted(zones)},
            reason=emergency,
        )
    coming = next_closed(uow.freezes.ending_after(uow.now), {act}, zones, uow.now)
    return Clearance(
        act=act,
        zones=sorted(zones),
        at=uow.now,
        open_until=coming.starts_at if coming else None,
        next_freeze=coming.name if coming else None,
        passed=[freeze.name for freeze in passed],
    )


def frozen(uow: UnitOfWork, acts: Collection[Bound], *zones: str) -> list[Freeze]:
    """The open windows that forbid one of the acts now in one of the zones (none: anywhere)."""
    return barring(uow.freezes.ending_after(uow.now), acts, zones, uow.now)


def refuse_frozen(uow: UnitOfWork, acts: Collection[Bound], *zones: str) -> None:
    """Raises Frozen, naming the window and the next open time, when an open window forbids one of the acts."""
    found = frozen(uow, acts, *zones)
    if found:
        opens = next_open(uow.freezes.ending_after(uow.now), acts, zones, uow.now)
        raise Frozen(
            "The freeze window {name} forbids this until {until}.",
            way_out="The next open window begins on {opens}; only an emergency goes on before.",
            name=found[0].name,
            until=_for_people(found[0].over_at),
            opens=_for_people(opens),
            opens_at=opens.isoformat(),
        )


def keeps_waiting(uow: UnitOfWork, order: Order) -> bool:
    """Whether an open window forbids now what an order would begin: then it is signed, but waits for the office."""
    return not order.emergency and bool(frozen(uow, acts_of(order.items), order.zone))


def refuse_frozen_order(uow: UnitOfWork, order: Order) -> None:
    """The same for what an order would begin; an emergency goes on, and the windows it passes go on record."""
    acts = acts_of(order.items)
    if not order.emergency:
        refuse_frozen(uow, acts, order.zone)
        return
    for freeze in frozen(uow, acts, order.zone):
        uow.audit(
            "allow/freeze-exception",
            "order",
            order.id,
            department_id=order.department_id,
            after={"freeze": freeze.name, "until": freeze.over_at, "number": order.number, "emergency": True},
        )


def _checked(uow: UnitOfWork, starts_at: datetime, ends_at: datetime, zones: list[str]) -> None:
    """Raises Invalid for times that make no window, NotFound naming the field for an unknown zone."""
    for name, moment in (("starts_at", starts_at), ("ends_at", ends_at)):
        if moment.tzinfo is None:
            raise Invalid(
                "The time has no time zone.",
                field=name,
                way_out="Write it as 2027-03-04T00:00:00+08:00, with its zone.",
            )
    if not starts_at < ends_at <= starts_at + LONGEST:
        raise Invalid(
            "A freeze window ends after it begins, within {most} days.",
            field="ends_at",
            way_out="Choose another end.",
            most=LONGEST.days,
        )
    if ends_at <= uow.now:
        raise Invalid("The freeze window would be over already.", field="ends_at", way_out="Choose a later end.")
    _known(uow, zones, field="zones")


def _known(uow: UnitOfWork, zones: Iterable[str], *, field: str) -> None:
    for zone in zones:
        try:
            uow.catalogue.zone(zone)
        except NotFound as error:
            error.field = field
            raise


def _for_people(moment: datetime) -> str:
    return moment.astimezone(PEOPLE_ZONE).strftime("%Y-%m-%d %H:%M")
