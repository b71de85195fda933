"""What lies behind a generated city: rooms and old devices on record, systems that moved, rooms that closed.

    past = furnish(ctx, request, made, rooms)
    move(ctx, request, past, ["fgw"])               # the department's systems claim to be on the platform
    close(ctx, request, past, Closing("fgw-room", people=(first, second), power_w=0, photo="fgw"))

Each is one transaction at the time of the context's clock, so that the register has a history and evidence its dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.assessments import Assessment, Decision, Disposition
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.dependencies import Dependency, DependencyKind
from cloudctl.domain.devices import Device, DeviceKind, DeviceStatus
from cloudctl.domain.evidence import Evidence, EvidenceKind, Source, Subject
from cloudctl.domain.racks import Rack
from cloudctl.domain.rooms import Room, RoomKind, RoomStatus
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.cities import Registered

DEVICE_W = 350
DEVICE_UNITS = 2
JPEG = b"\xff\xd8\xff\xe0"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRoom:
    """A machine room of a department (by code), with its racks."""

    code: str
    name: str
    department: str
    racks: int
    power_kw: float
    area_m2: float
    kind: RoomKind = RoomKind.OWN


@dataclass(frozen=True, slots=True)
class Closing:
    """What is handed in for a room's closure: who signed, what the meter showed, and which photo was taken."""

    room: str
    people: tuple[UUID, UUID]
    power_w: int = 0
    photo: str = ""


@dataclass(slots=True, kw_only=True)
class Past:
    """What stands on record: rooms by code, and of each department its systems and their old devices."""

    rooms: dict[str, UUID] = field(default_factory=dict)
    owners: dict[str, UUID] = field(default_factory=dict)
    systems: dict[str, dict[str, UUID]] = field(default_factory=dict)
    devices: dict[str, list[UUID]] = field(default_factory=dict)


def furnish(
    ctx: Context, request: Request, made: Registered, rooms: Iterable[OwnRoom], *, domain: str = "city.example"
) -> Past:
    """Puts rooms, racks and an old server for each system of their departments on record, and how systems answer."""
    request.actor.require(Permission.ROOMS_WRITE)
    past = Past()
    with ctx.unit_of_work(request) as uow:
        changed: dict[UUID, dict[str, object]] = {}
        for asked in rooms:
            room = _room(uow, made, asked)
            past.rooms[room.code], past.owners[room.code] = room.id, room.department_id
            if room.kind is not RoomKind.OWN:
                continue
            owned = {code: key for code, key in made.systems.items() if code.rpartition("-")[0] == asked.department}
            past.systems[asked.department] = owned
            past.devices[asked.department] = [_device(uow, room, code, key) for code, key in owned.items()]
            for number, (code, key) in enumerate(owned.items(), start=1):
                changed[key] = {
                    "room_id": room.id,
                    "check_url": f"https://{code}.{domain}/",
                    "yearly_cost_fen": number * 3_000_000,
                    "data_items": 20 * number,
                    "data_items_provided": 15 * number,
                    "data_items_structured": 12 * number,
                }
        uow.systems.put_many(new=[], changed=changed)
        uow.audit("create/register", "room", "first load", after={"rooms": len(past.rooms), "systems": len(changed)})
    return past


def move(
    ctx: Context, request: Request, past: Past, departments: Sequence[str], *, kept_on: Sequence[str] = ()
) -> None:
    """Claims the departments' systems to be on the platform and their old devices to be off; not those `kept_on`."""
    request.actor.require(Permission.ROOMS_WRITE)
    with ctx.unit_of_work(request) as uow:
        day = today_for_people(uow.now)
        claimed: dict[str, object] = {"status": "on_platform", "status_on": day}
        moved = [key for code in departments for key in past.systems[code].values()]
        uow.systems.put_many(new=[], changed=dict.fromkeys(moved, claimed))
        for code in departments:
            for key in past.devices[code]:
                device = uow.devices.get(key)
                if device.code not in kept_on:
                    device.turn(DeviceStatus.OFF)
                    device.off_on = day
        uow.audit("update/register", "system", "moved", after={"departments": list(departments), "systems": len(moved)})


def close(ctx: Context, request: Request, past: Past, closings: Iterable[Closing]) -> None:
    """Claims rooms to be closed, each with all that has to be handed in for it."""
    request.actor.require(Permission.ROOMS_WRITE)
    asked = list(closings)
    photos = {name: ctx.files.put(JPEG + name.encode()) for one in asked for name in _photos(one)}
    with ctx.unit_of_work(request) as uow:
        for closing in asked:
            room = uow.rooms.get(past.rooms[closing.room])
            if room.status is not RoomStatus.CLOSED:
                room.turn(RoomStatus.CLOSED)
                room.closed_on = today_for_people(uow.now)
            for row in _handed_in(ctx, uow, room, closing, photos):
                uow.evidence.add(row)
        uow.audit("update/register", "room", "closed", after={"rooms": [one.room for one in asked]})


def rehost(ctx: Context, request: Request, past: Past, departments: Sequence[str], *, by: UUID) -> int:
    """Decides that the departments' systems move, and that what each has needs its first one; answers how many."""
    request.actor.require(Permission.CONSOLIDATION_WRITE)
    with ctx.unit_of_work(request) as uow:
        found: list[Assessment] = []
        for code in departments:
            first, *others = past.systems[code].values()
            for key in (first, *others):
                assessment = Assessment(system_id=key, created_at=uow.now)
                decision = Decision(verdict=Disposition.REHOST, reason="业务在用，迁移上云", vcpu=4, memory_mib=8192)
                assessment.decide(decision, by, uow.now)
                found.append(assessment)
            for key in others:
                uow.dependencies.add(
                    Dependency(system_id=key, on_id=first, kind=DependencyKind.LOGIN, created_at=uow.now)
                )
        uow.assessments.add_many(found)
        uow.audit("update/assessment", "system", "decided", after={"systems": len(found)})
    return len(found)


def _room(uow: UnitOfWork, made: Registered, asked: OwnRoom) -> Room:
    room = Room(
        code=asked.code,
        name=asked.name,
        department_id=made.departments[asked.department],
        kind=asked.kind,
        power_kw=asked.power_kw,
        area_m2=asked.area_m2,
        created_at=uow.now,
    )
    uow.rooms.add(room)
    watts = int(asked.power_kw * 1000) // asked.racks
    for number in range(1, asked.racks + 1):
        uow.racks.add(Rack(room_id=room.id, code=f"R{number:02d}", power_w=watts, created_at=uow.now))
    return room


def _device(uow: UnitOfWork, room: Room, system: str, system_id: UUID) -> UUID:
    """The old server that a system ran on before."""
    device = Device(
        code=f"{system}-old",
        kind=DeviceKind.SERVER,
        room_id=room.id,
        units=DEVICE_UNITS,
        department_id=room.department_id,
        system_id=system_id,
        power_w=DEVICE_W,
        created_at=uow.now,
    )
    uow.devices.add(device)
    return device.id


def _photos(closing: Closing) -> tuple[str, str]:
    return f"{closing.photo or closing.room}-room", f"{closing.photo or closing.room}-meter"


def _handed_in(ctx: Context, uow: UnitOfWork, room: Room, closing: Closing, photos: Any) -> Iterator[Evidence]:
    first, second = closing.people
    of_room, of_meter = (photos[name] for name in _photos(closing))
    power = {"it_power_w": closing.power_w}
    seen = uow.now - timedelta(minutes=5)

    def row(kind: EvidenceKind, by: UUID, value: dict[str, Any], *, holds: bool = True, kept: Any = None) -> Evidence:
        picture: dict[str, Any] = {}
        if kept is not None:
            picture = {
                "name": f"{kind.value}.jpg", "media_type": "image/jpeg", "size_bytes": kept.size_bytes,
                "digest": kept.digest,
            }  # fmt: skip
        return Evidence(
            subject_kind=Subject.ROOM, subject_id=room.id, department_id=room.department_id, kind=kind, value=value,
            holds=holds, observed_at=seen, expires_at=ctx.measures.evidence.expires_at(kind, seen),
            source=Source.PERSON, by=by, created_at=uow.now, **picture,
        )  # fmt: skip

    yield row(EvidenceKind.POWER_READING, first, power, holds=closing.power_w == 0)
    yield row(EvidenceKind.CIRCUITS_CUT, first, {"circuits_left": 0})
    yield row(EvidenceKind.SIGN_OFF, first, {})
    yield row(EvidenceKind.SIGN_OFF, second, {})
    yield row(EvidenceKind.PHOTO, first, {}, kept=of_room)
    yield row(EvidenceKind.METER_PHOTO, first, {}, kept=of_meter)
