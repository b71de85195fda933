"""Devices: put on record by their departments, with the place where they stand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.colocations import Colocation
from cloudctl.domain.declarations import refuse_secret
from cloudctl.domain.devices import FIELDS, WORDS, Device, DeviceStatus
from cloudctl.domain.entries import entered
from cloudctl.domain.errors import Invalid, NotFound
from cloudctl.domain.racks import Occupant, Rack, refuse_crowding
from cloudctl.domain.rooms import Room, RoomKind, RoomStatus
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries import Page, PageAsk
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import racks
from cloudctl.services.mergers import standing

EDITABLE = frozenset(field.name for field in FIELDS) - {"code"} | {"colocation_id"}
PLACE = frozenset({"room_id", "rack_id", "first_unit", "units", "power_w", "status", "colocation_id", "department_id"})


def create(ctx: Context, request: Request, /, *, department_id: UUID | None = None, **values: Any) -> Device:
    """Puts a device on record; a department's officer for the own department."""
    actor = request.actor
    actor.require(Permission.ROOMS_WRITE)
    refuse_secret(None, _words(values))
    owner = department_id or actor.department_id
    if owner is None:
        raise Invalid("A device has a department.", field="department_id", way_out="Name the department.")
    actor.require_sight(owner, "department", owner)
    with ctx.unit_of_work(request) as uow:
        standing(uow, owner, "department_id")
        device = Device(department_id=owner, created_at=uow.now, **entered(FIELDS, WORDS, values))
        device.check(today_for_people(uow.now))
        _check_system(uow, device)
        place(uow, device)
        uow.devices.add(device)
        told: dict[str, object] = {"code": device.code, "kind": device.kind.value, "status": device.status.value}
        uow.audit("create/device", "device", device.id, department_id=owner, after=told)
        return uow.answer(device)


def update(
    ctx: Context, request: Request, device_id: UUID, changes: dict[str, Any], expected_version: int | None = None
) -> Device:
    """Changes what EDITABLE lists; a status only to one that can follow."""
    request.actor.require(Permission.ROOMS_WRITE)
    refuse_secret(None, _words(changes))
    with ctx.unit_of_work(request) as uow:
        device = uow.devices.lock(device_id)
        request.actor.require_sight(device.department_id, "device", device_id)
        uow.check_version(device, expected_version)
        before = change(uow, device, entered(FIELDS, WORDS, changes))
        after: dict[str, object] = {name: getattr(device, name) for name in before}
        uow.audit("update/device", "device", device.id, department_id=device.department_id, before=before, after=after)
        return uow.answer(device)


def change(uow: UnitOfWork, device: Device, changes: dict[str, Any]) -> dict[str, object]:
    """Changes a device within the caller's transaction; answers what was before. One that runs is not off or gone."""
    unknown = sorted(set(changes) - EDITABLE)
    if unknown:
        raise Invalid(
            "{field_name} cannot be changed.", field=unknown[0], way_out="These can: {editable}.",
            field_name=unknown[0], editable=", ".join(sorted(EDITABLE)),
        )  # fmt: skip
    before = {name: getattr(device, name) for name, value in changes.items() if getattr(device, name) != value}
    if "department_id" in before:
        uow.actor.require_sight(changes["department_id"], "department", changes["department_id"])
        standing(uow, changes["department_id"], "department_id")
    if "status" in before:
        device.turn(changes["status"])
        if device.status is DeviceStatus.RUNNING:
            for name in {"off_on", "gone_on"} - changes.keys():
                before[name] = getattr(device, name)
                setattr(device, name, None)
    for name in before.keys() & changes.keys() - {"status"}:
        setattr(device, name, changes[name])
    device.check(today_for_people(uow.now))
    if {"system_id", "department_id"} & before.keys():
        _check_system(uow, device)
    if (PLACE | {"serial"}) & before.keys():
        place(uow, device)
    return before


def get(ctx: Context, request: Request, device_id: UUID) -> Device:
    """One device of what the actor sees."""
    request.actor.require(Permission.ROOMS_READ)
    with ctx.unit_of_work(request) as uow:
        device = uow.devices.get(device_id)
    request.actor.require_sight(device.department_id, "device", device_id)
    return device


def history(ctx: Context, request: Request, device_id: UUID, ask: PageAsk) -> Page:
    """How it became what it is: its versions, newest first; raises NotFound as `get` does."""
    get(ctx, request, device_id)
    return ctx.queries.register.history("devices", device_id, ask)


def place(uow: UnitOfWork, device: Device) -> None:
    """Sees to it that a device stands in one place, and there is room for it; what is gone stands nowhere."""
    if not device.stands:
        return
    _refuse_twin(uow, device)
    if device.colocation_id is not None:
        _within(uow, device, uow.colocations.get(device.colocation_id))
        return
    rack = None if device.rack_id is None else _rack(uow, device.rack_id)
    if rack is not None and device.room_id is None:
        device.room_id = rack.room_id
    if device.room_id is None:
        return
    room = _room(uow, device)
    if rack is None:
        return
    if rack.room_id != room.id:
        raise Invalid(
            "Rack {rack} does not stand in the room {room}.", field="rack_id",
            way_out="Name a rack of that room, or the room in which the rack stands.", rack=rack.code, room=room.code,
        )  # fmt: skip
    occupant = device.occupant
    assert occupant is not None
    racks.settle(uow, rack, occupant)


def _within(uow: UnitOfWork, device: Device, colocation: Colocation) -> None:
    """Under a contract: the department's own, within the units and watts that it has, beside its other devices."""
    if colocation.department_id != device.department_id:
        raise NotFound("There is no colocation {key}.", field="colocation_id", key=str(colocation.id))
    if colocation.rack_id is None or not colocation.holds:
        raise Invalid(
            "The colocation {number} is {state}: it has no place.", field="colocation_id",
            way_out="Name one that is in place.", number=colocation.number, state=colocation.state,
        )  # fmt: skip
    uow.rooms.lock(_known(colocation.room_id))
    first, units = device.first_unit or colocation.first_unit or 1, device.units or 1
    device.room_id, device.rack_id, device.first_unit, device.units = (
        colocation.room_id, colocation.rack_id, first, units,
    )  # fmt: skip
    lowest = colocation.first_unit or 1
    if first < lowest or first + units > lowest + colocation.units:
        raise Invalid(
            "The colocation {number} has the units {first} to {last}.", field="first_unit",
            way_out="Place the device within them, or order more.", number=colocation.number, first=lowest,
            last=lowest + colocation.units - 1,
        )  # fmt: skip
    others = [other for other in uow.devices.of_colocation(colocation.id) if other.id != device.id]
    inside = [_inside(other, colocation) for other in (*others, device)]
    rack = uow.racks.get(colocation.rack_id)
    bounded = Rack(
        id=rack.id, room_id=rack.room_id, code=rack.code, units=rack.units, power_w=colocation.power_w,
        created_at=rack.created_at,
    )  # fmt: skip
    refuse_crowding(bounded, inside)


def _inside(device: Device, colocation: Colocation) -> Occupant:
    rack_id = _known(colocation.rack_id)
    return Occupant(device.id, rack_id, device.code, device.first_unit, device.units or 1, device.power_w or 0)


def _known(key: UUID | None) -> UUID:
    assert key is not None
    return key


def _refuse_twin(uow: UnitOfWork, device: Device) -> None:
    """A machine stands in one place: another device with its serial number is the same machine."""
    if not device.serial:
        return
    for other in uow.devices.by_serial(device.serial):
        if other.id != device.id and other.vendor in ("", device.vendor):
            raise Invalid(
                "{serial} is on record as the serial number of {code}: a device stands in one rack.", field="serial",
                way_out="Change that device instead, say that it is gone, or correct the number.",
                serial=device.serial, code=other.code,
            )  # fmt: skip


def _rack(uow: UnitOfWork, rack_id: UUID) -> Rack:
    try:
        return uow.racks.get(rack_id)
    except NotFound as error:
        error.field = "rack_id"
        raise


def _room(uow: UnitOfWork, device: Device) -> Room:
    """The room, locked; one that is said to be closed takes nothing new."""
    try:
        room = uow.rooms.lock(_known(device.room_id))
        if room.kind is RoomKind.OWN:
            uow.actor.require_sight(room.department_id, "room", room.id)
    except NotFound as error:
        error.field = "room_id"
        raise
    if room.kind is RoomKind.SHARED and not uow.actor.sees_all:
        raise Invalid(
            "In the shared room a department's device stands under a colocation.", field="colocation_id",
            way_out="Order colocation, and name it here.",
        )  # fmt: skip
    if room.status is RoomStatus.CLOSED and device.status is DeviceStatus.RUNNING:
        raise Invalid(
            "The room {room} is said to be closed since {day}.", field="room_id",
            way_out="Name another room, say that the device is off, or that the room was reopened.", room=room.code,
            day=str(room.closed_on),
        )  # fmt: skip
    return room


def _check_system(uow: UnitOfWork, device: Device) -> None:
    if device.system_id is None:
        return
    try:
        system = uow.systems.get(device.system_id)
        uow.actor.require_sight(system.department_id, "system", device.system_id)
    except NotFound as error:
        error.field = "system_id"
        raise


def _words(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(values.get(name) or "") for name in ("name", "note")}
