"""Colocations and accesses on their way: held with their order, handed to operations, put in place, given back.

    places(uow, order, plan)      # at each evaluation: gives every fitting its place, or raises PoolExhausted
    hold(uow, order, plan)        # at submission: on record as reserved, under the locks of rooms and zones
    assign(uow, order)            # with the delivery: from here on operations have it on their to-do list
    let_go(uow, order)            # at the end of an order that was not delivered

What people do afterwards (`complete`, `release`, `keep`, `take_out`) is one transaction each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from cloudctl.domain.accesses import Access
from cloudctl.domain.accounts import DEPARTMENT_ROLES, Account, Permission, Role
from cloudctl.domain.calendars import add_months, today_for_people
from cloudctl.domain.colocations import Colocation
from cloudctl.domain.errors import Invalid, NotFound, PoolExhausted
from cloudctl.domain.fittings import AccessKind, Fitting
from cloudctl.domain.orders import Order
from cloudctl.domain.plans import Plan
from cloudctl.domain.racks import Occupant, Rack, fit, space
from cloudctl.ports.context import Context, Request
from cloudctl.ports.repositories.accesses import Accesses
from cloudctl.ports.repositories.colocations import Colocations
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.history import say
from cloudctl.services.notices import tell

F = TypeVar("F", bound=Fitting)


def places(uow: UnitOfWork, order: Order, plan: Plan) -> None:
    """Gives every colocation its place and sees to it that every access can be had; writes nothing.

    What the order itself holds already counts as free. Raises Invalid for a package that cannot be ordered, and
    PoolExhausted, naming what there is, where there is no room.
    """
    own = {fitting.id for fitting in plan.fittings}
    _place(uow, [fitting for fitting in plan.fittings if isinstance(fitting, Colocation)], own)
    accesses = [fitting for fitting in plan.fittings if isinstance(fitting, Access)]
    for access in accesses:
        _refuse_unknown_package(uow, access)
    _refuse_narrow_egress(uow, order, accesses)


def hold(uow: UnitOfWork, order: Order, plan: Plan) -> None:
    """Puts the fittings on record as reserved. Who holds last looks last: rooms and zone are locked before."""
    if not plan.fittings:
        return
    if any(isinstance(fitting, Colocation) for fitting in plan.fittings):
        for room in sorted(uow.rooms.shared(), key=lambda room: room.id):
            uow.rooms.lock(room.id)
    if any(isinstance(fitting, Access) for fitting in plan.fittings):
        uow.catalogue.lock_zone(order.zone)
    places(uow, order, plan)
    for fitting in plan.fittings:
        _reserve(uow, fitting)


def let_go(uow: UnitOfWork, order: Order) -> None:
    """Gives back what is reserved; a second call does nothing."""
    for fitting in _of_order(uow, order.id):
        if fitting.state == "reserved":
            fitting.advance("undo")


def assign(uow: UnitOfWork, order: Order) -> None:
    """Hands over to operations: what was reserved is granted, and waits to be installed or connected."""
    for fitting in _of_order(uow, order.id):
        if fitting.state == "reserved":
            fitting.advance("assign")
            told = {"number": fitting.number, "name": fitting.name}
            say(uow, order, "Operations install or connect {number} {name}.", **told)
            _tell(uow, fitting, "fitting_assigned", uow.accounts.with_role(Role.OPERATOR, None))


def complete(uow: UnitOfWork, fitting: Fitting) -> None:
    """It is installed or connected: its term begins today; the department is told."""
    fitting.advance("complete")
    today = today_for_people(uow.now)
    fitting.from_on = fitting.from_on or today
    if fitting.term_months and fitting.until_on is None:
        fitting.until_on = add_months(fitting.from_on, fitting.term_months)
    record(uow, fitting, "update/complete")
    _told(uow, fitting, "Installed or connected: {number} {name}.", "fitting_completed")


def release(ctx: Context, request: Request, records: str, key: UUID, reason: str | None = None) -> Fitting:
    """Gives it back: operations take it out; what was not installed yet ends at once. `records` names its kind."""
    request.actor.require(Permission.ORDERS_WRITE)
    with ctx.unit_of_work(request) as uow:
        fitting = lock(uow, request, records, key)
        fitting.advance("release")
        if fitting.state == "ended":
            fitting.ended_on = today_for_people(uow.now)
        record(uow, fitting, "stop/release", reason)
        if fitting.state == "leaving":
            _tell(uow, fitting, "fitting_released", uow.accounts.with_role(Role.OPERATOR, None))
        return uow.answer(fitting)


def keep(ctx: Context, request: Request, records: str, key: UUID, reason: str | None = None) -> Fitting:
    """Takes a release back before operations have taken it out."""
    request.actor.require(Permission.ORDERS_WRITE)
    with ctx.unit_of_work(request) as uow:
        fitting = lock(uow, request, records, key)
        fitting.advance("keep")
        record(uow, fitting, "update/keep", reason)
        return uow.answer(fitting)


def take_out(uow: UnitOfWork, fitting: Fitting, reason: str | None = None) -> None:
    """Operations have taken it out: its place is free."""
    fitting.advance("take_out")
    fitting.ended_on = today_for_people(uow.now)
    record(uow, fitting, "stop/take-out", reason)
    _told(uow, fitting, "Taken out: {number} {name}.", "fitting_taken_out")


def lock(uow: UnitOfWork, request: Request, records: str, key: UUID, expected_version: int | None = None) -> Fitting:
    """The locked fitting of what the actor sees; `records` is colocations or accesses."""
    store: Colocations | Accesses = getattr(uow, records)
    fitting: Fitting = store.lock(key)
    request.actor.require_sight(fitting.department_id, fitting.KIND.value, key)
    uow.check_version(fitting, expected_version)
    return fitting


def known(key: UUID | None) -> UUID:
    """The key of what a fitting surely has."""
    assert key is not None
    return key


def record(uow: UnitOfWork, fitting: Fitting, action: str, reason: str | None = None) -> None:
    """The audit event of a step."""
    uow.audit(
        action,
        fitting.KIND.value,
        fitting.id,
        department_id=fitting.department_id,
        after={"number": fitting.number, "state": fitting.state},
        reason=reason,
    )


def _told(uow: UnitOfWork, fitting: Fitting, message: str, template: str) -> None:
    """A line in the order's history, and a notice to the department's people."""
    if fitting.order_id is not None:
        order = uow.orders.get(fitting.order_id)
        say(uow, order, message, number=fitting.number, name=fitting.name)
    for role in sorted(DEPARTMENT_ROLES):
        _tell(uow, fitting, template, uow.accounts.with_role(role, fitting.department_id))


def _tell(uow: UnitOfWork, fitting: Fitting, template: str, people: Iterable[Account]) -> None:
    params = {"number": fitting.number, "name": fitting.name or fitting.number}
    tell(uow, people, template, params, event=f"{fitting.id}/{template}/{fitting.version}")


def _of_order(uow: UnitOfWork, order_id: UUID) -> list[Fitting]:
    return [*uow.colocations.of_order(order_id), *uow.accesses.of_order(order_id)]


def _place(uow: UnitOfWork, colocations: list[Colocation], own: set[UUID]) -> None:
    if not colocations:
        return
    rooms = {room.id: room for room in uow.rooms.shared()}
    racks = list(uow.racks.of_rooms(rooms))
    occupants = {
        key: [entry for entry in entries if entry.id not in own]
        for key, entries in uow.racks.occupants([rack.id for rack in racks]).items()
    }
    for colocation in colocations:
        berth = fit(racks, occupants, units=colocation.units, power_w=colocation.power_w, zone=colocation.zone)
        if berth is None:
            raise _full(colocation, racks, occupants)
        colocation.room_id, colocation.rack_id = berth.rack.room_id, berth.rack.id
        colocation.first_unit = berth.first_unit
        taken = colocation.occupant
        assert taken is not None
        occupants[berth.rack.id].append(taken)


def _full(colocation: Colocation, racks: list[Rack], occupants: dict[UUID, list[Occupant]]) -> PoolExhausted:
    left = [space(rack, occupants[rack.id]) for rack in racks if colocation.zone in (None, rack.zone)]
    watts = [entry.power_w for entry in left if entry.power_w is not None]
    return PoolExhausted(
        "No rack of the shared room has room for {units} units and {power} W.",
        field=f"items[{colocation.item}].units",
        way_out="Free now: {free} units in all, {largest} in one piece at most, up to {watts} W in a rack. Ask for "
        "less or another zone, or wait until the office adds racks.",
        units=colocation.units,
        power=colocation.power_w,
        free=sum(entry.units for entry in left),
        largest=max((entry.largest for entry in left), default=0),
        watts=max(watts, default=0),
    )


def _refuse_unknown_package(uow: UnitOfWork, access: Access) -> None:
    if access.security_package is None:
        return
    try:
        package = uow.catalogue.security_package(access.security_package)
    except NotFound:
        package = None
    if package is None or package.retired:
        raise Invalid(
            "{code} cannot be ordered.",
            field=f"items[{access.item}].security_package",
            way_out="See what can be: `cloudctl catalogue list`.",
            code=access.security_package,
        )


def _refuse_narrow_egress(uow: UnitOfWork, order: Order, accesses: list[Access]) -> None:
    """The zone's egress has the bandwidth that is asked for, besides what all others have of it."""
    asked = Counter[str]()
    for access in accesses:
        if access.kind is AccessKind.EGRESS:
            asked[access.zone] += access.bandwidth_mbps or 0
    total = uow.catalogue.zone(order.zone).egress_mbps
    if not asked[order.zone] or total is None:
        return
    mine = sum(access.egress_mbps for access in uow.accesses.of_order(order.id))
    left = total - uow.accesses.egress_mbps(order.zone) + mine
    if asked[order.zone] > left:
        first = next(access for access in accesses if access.kind is AccessKind.EGRESS)
        raise PoolExhausted(
            "The Internet egress of the zone {zone} has {left} Mbit/s left of {total}.",
            field=f"items[{first.item}].bandwidth_mbps",
            way_out="Ask for less, or wait until the office adds bandwidth.",
            zone=order.zone,
            left=max(0, left),
            total=total,
        )


def _reserve(uow: UnitOfWork, fitting: Colocation | Access) -> None:
    """On record; what an earlier submission of the same order had put there is taken up again."""
    store: Colocations | Accesses = uow.colocations if isinstance(fitting, Colocation) else uow.accesses
    kept = store.find(fitting.id)
    if kept is None:
        store.add(fitting)  # type: ignore[arg-type]  # each kind goes to its own
        return
    if kept.state == "undone":
        kept.advance("reserve")
    for name in _ASKED[type(fitting)]:
        setattr(kept, name, getattr(fitting, name))


_SHARED = ("system_id", "name", "term_months")
_ASKED: dict[type[Fitting], tuple[str, ...]] = {
    Colocation: (*_SHARED, "units", "power_w", "zone", "device", "room_id", "rack_id", "first_unit"),
    Access: (*_SHARED, "kind", "level", "zone", "count", "bandwidth_mbps", "security_package"),
}
