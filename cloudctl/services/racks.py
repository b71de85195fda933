"""Racks: put on record with their room, and what may stand in them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.entries import entered
from cloudctl.domain.errors import Conflict, Invalid
from cloudctl.domain.racks import FIELDS, Occupant, Rack, refuse_crowding
from cloudctl.domain.rooms import Room, RoomKind
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries import Page, PageAsk
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.edits import apply_edits

EDITABLE = frozenset({"code", "units", "power_w", "zone", "gone_on"})


def create(ctx: Context, request: Request, /, *, room_id: UUID, **values: Any) -> Rack:
    """Puts a rack of a room on record."""
    request.actor.require(Permission.ROOMS_WRITE)
    with ctx.unit_of_work(request) as uow:
        room = _room(uow, request, room_id)
        rack = Rack(room_id=room.id, created_at=uow.now, **entered(FIELDS, {}, values))
        _check(rack, room)
        uow.racks.add(rack)
        told: dict[str, object] = {"room": room.code, "code": rack.code, "units": rack.units, "power_w": rack.power_w}
        uow.audit("create/rack", "rack", rack.id, department_id=room.department_id, after=told)
        return uow.answer(rack)


def update(
    ctx: Context, request: Request, rack_id: UUID, changes: dict[str, Any], expected_version: int | None = None
) -> Rack:
    """Changes what EDITABLE lists; what stands in the rack has to fit afterwards, and one that is gone is empty."""
    request.actor.require(Permission.ROOMS_WRITE)
    with ctx.unit_of_work(request) as uow:
        rack = uow.racks.get(rack_id)
        room = _room(uow, request, rack.room_id, "rack", rack_id)
        uow.check_version(rack, expected_version)
        before, after = apply_edits(rack, entered(FIELDS, {}, changes), EDITABLE)
        _check(rack, room)
        here = uow.racks.occupants([rack.id])[rack.id]
        if rack.gone_on is not None:
            _refuse_occupied(rack, here)
            if rack.gone_on > today_for_people(uow.now):
                raise Invalid(
                    "{day} is still to come.", field="gone_on", way_out="Give a day that has been.",
                    day=str(rack.gone_on),
                )  # fmt: skip
        refuse_crowding(rack, here)
        uow.audit("update/rack", "rack", rack.id, department_id=room.department_id, before=before, after=after)
        return uow.answer(rack)


def get(ctx: Context, request: Request, rack_id: UUID) -> Rack:
    """One rack of what the actor sees; those of shared and carriers' rooms everybody sees."""
    request.actor.require(Permission.ROOMS_READ)
    with ctx.unit_of_work(request) as uow:
        rack = uow.racks.get(rack_id)
        room = uow.rooms.get(rack.room_id)
    if room.kind is RoomKind.OWN:
        request.actor.require_sight(room.department_id, "rack", rack_id)
    return rack


def history(ctx: Context, request: Request, rack_id: UUID, ask: PageAsk) -> Page:
    """How it became what it is: its versions, newest first; raises NotFound as `get` does."""
    get(ctx, request, rack_id)
    return ctx.queries.register.history("racks", rack_id, ask)


def settle(uow: UnitOfWork, rack: Rack, occupant: Occupant) -> None:
    """Sees to it that `occupant` fits into a rack of a room that the caller has locked; raises Invalid where not."""
    if rack.gone_on is not None:
        raise Invalid(
            "Rack {rack} was taken out on {day}.", field="rack_id", way_out="Name another rack.", rack=rack.code,
            day=str(rack.gone_on),
        )  # fmt: skip
    others = [entry for entry in uow.racks.occupants([rack.id])[rack.id] if entry.id != occupant.id]
    refuse_crowding(rack, [*others, occupant])


def _room(uow: UnitOfWork, request: Request, room_id: UUID, what: str = "room", key: UUID | None = None) -> Room:
    """The room, locked, if it is the actor's to write."""
    room = uow.rooms.lock(room_id)
    request.actor.require_sight(room.department_id, what, key or room_id)
    return room


def _check(rack: Rack, room: Room) -> None:
    rack.check()
    if room.zones and rack.zone and rack.zone not in room.zones:
        raise Invalid(
            "The room {room} has no zone {zone}.", field="zone", way_out="One of: {zones}.", room=room.code,
            zone=rack.zone, zones=", ".join(room.zones),
        )  # fmt: skip


def _refuse_occupied(rack: Rack, occupants: list[Occupant]) -> None:
    if occupants:
        raise Conflict(
            "Rack {rack} still has: {names}.", field="gone_on", way_out="Take out what stands there first.",
            rack=rack.code, names=", ".join(sorted(entry.name for entry in occupants)),
        )  # fmt: skip
