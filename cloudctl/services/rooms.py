"""Machine rooms: put on record by their departments or by the office, judged by the rule against own rooms.

What a department puts on record as planned, or as opened after the rule, is an application for an own room: policies
judge it, and an exemption that lets it through stays with the room, so that it shows when the exemption is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import DEPARTMENT_ROLES, Permission, Role
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.declarations import refuse_secret
from cloudctl.domain.entries import entered
from cloudctl.domain.errors import Conflict, Invalid, PolicyDenied
from cloudctl.domain.racks import Space, space
from cloudctl.domain.rooms import FIELDS, WORDS, Room, RoomKind, RoomStatus
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries import Page, PageAsk
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.mergers import standing
from cloudctl.services.notices import tell

EDITABLE = frozenset(field.name for field in FIELDS) - {"code"}
JUDGED = frozenset({"kind", "status", "opened_on", "department_id"})
PROSE = ("name", "address", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSpace:
    """What a zone of a shared room has left: `largest` units in one piece, watts (None: no rack of it states any)."""

    room_id: UUID
    room: str
    zone: str
    racks: int
    units: int
    largest: int
    power_w: int | None


def create(ctx: Context, request: Request, /, *, department_id: UUID | None = None, **values: Any) -> Room:
    """Puts a room on record; a department's officer for the own department.

    Raises PolicyDenied where a policy refuses it, with what the shared room has instead.
    """
    actor = request.actor
    actor.require(Permission.ROOMS_WRITE)
    refuse_secret(None, _words(values))
    owner = department_id or actor.department_id
    if owner is None:
        raise Invalid("A room has a department.", field="department_id", way_out="Name the department.")
    actor.require_sight(owner, "department", owner)
    _refuse_others_kind(request, values.get("kind"))
    with ctx.unit_of_work(request) as uow:
        standing(uow, owner, "department_id")
        room = Room(department_id=owner, created_at=uow.now, **entered(FIELDS, WORDS, values))
        room.check(today_for_people(uow.now))
        room.exemption_id = _judge(ctx, uow, room, was="")
        uow.rooms.add(room)
        uow.audit("create/room", "room", room.id, department_id=owner, after=_told(room))
        return uow.answer(room)


def update(
    ctx: Context, request: Request, room_id: UUID, changes: dict[str, Any], expected_version: int | None = None
) -> Room:
    """Changes what EDITABLE lists; a status only to one that can follow."""
    request.actor.require(Permission.ROOMS_WRITE)
    refuse_secret(None, _words(changes))
    _refuse_others_kind(request, changes.get("kind"))
    with ctx.unit_of_work(request) as uow:
        room = uow.rooms.lock(room_id)
        request.actor.require_sight(room.department_id, "room", room_id)
        uow.check_version(room, expected_version)
        before = change(ctx, uow, room, entered(FIELDS, WORDS, changes))
        after: dict[str, object] = {name: getattr(room, name) for name in before}
        uow.audit("update/room", "room", room.id, department_id=room.department_id, before=before, after=after)
        return uow.answer(room)


def change(ctx: Context, uow: UnitOfWork, room: Room, changes: dict[str, Any]) -> dict[str, object]:
    """Changes a room within the caller's transaction, with everything that is to be seen to; answers what was before.

    `reopened` and `in_use` end the claim that it is closed: the closing date goes with it.
    """
    unknown = sorted(set(changes) - EDITABLE)
    if unknown:
        raise Invalid(
            "{field_name} cannot be changed.", field=unknown[0], way_out="These can: {editable}.",
            field_name=unknown[0], editable=", ".join(sorted(EDITABLE)),
        )  # fmt: skip
    was = room.status
    before = {name: getattr(room, name) for name, value in changes.items() if getattr(room, name) != value}
    if "department_id" in before:
        uow.actor.require_sight(changes["department_id"], "department", changes["department_id"])
        standing(uow, changes["department_id"], "department_id")
    if "status" in before:
        room.turn(changes["status"])
        if room.status in {RoomStatus.REOPENED, RoomStatus.IN_USE} and "closed_on" not in changes and room.closed_on:
            before["closed_on"], room.closed_on = room.closed_on, None
    for name in before.keys() & changes.keys() - {"status"}:
        setattr(room, name, changes[name])
    room.check(today_for_people(uow.now))
    if JUDGED & before.keys():
        room.exemption_id = _judge(ctx, uow, room, was=was.value) or room.exemption_id
    return before


def get(ctx: Context, request: Request, room_id: UUID) -> Room:
    """One room of what the actor sees; shared and carriers' rooms everybody sees."""
    request.actor.require(Permission.ROOMS_READ)
    with ctx.unit_of_work(request) as uow:
        room = uow.rooms.get(room_id)
    if room.kind is RoomKind.OWN:
        request.actor.require_sight(room.department_id, "room", room_id)
    return room


def history(ctx: Context, request: Request, room_id: UUID, ask: PageAsk) -> Page:
    """How it became what it is: its versions, newest first; raises NotFound as `get` does."""
    get(ctx, request, room_id)
    return ctx.queries.register.history("rooms", room_id, ask)


def spaces(ctx: Context, request: Request) -> list[RoomSpace]:
    """What the shared rooms have left for colocation, by room and zone; everybody may know."""
    request.actor.require(Permission.ROOMS_READ)
    with ctx.unit_of_work(request) as uow:
        return shared_space(uow)


def shared_space(uow: UnitOfWork) -> list[RoomSpace]:
    """As `spaces`, within the caller's transaction."""
    rooms = {room.id: room for room in uow.rooms.shared()}
    racks = uow.racks.of_rooms(rooms)
    occupants = uow.racks.occupants([rack.id for rack in racks])
    parts: dict[tuple[UUID, str], list[Space]] = {}
    for rack in racks:
        parts.setdefault((rack.room_id, rack.zone), []).append(space(rack, occupants[rack.id]))
    return [
        RoomSpace(
            room_id=room_id,
            room=rooms[room_id].name,
            zone=zone,
            racks=len(left),
            units=sum(entry.units for entry in left),
            largest=max(entry.largest for entry in left),
            power_w=sum(watts) if (watts := [entry.power_w for entry in left if entry.power_w is not None]) else None,
        )
        for (room_id, zone), left in sorted(parts.items(), key=lambda part: (rooms[part[0][0]].code, part[0][1]))
    ]


def tell_lapsed(ctx: Context, request: Request) -> int:
    """Tells department and office, once each, of rooms whose exemption is over and that are not closed; how many."""
    with ctx.unit_of_work(request) as uow:
        lapsed = uow.rooms.lapsed(uow.now)
        told = 0
        for room in lapsed:
            assert room.exemption_id is not None
            exemption = uow.exemptions.get(room.exemption_id)
            whose = [*((role, room.department_id) for role in DEPARTMENT_ROLES), (Role.OFFICE_REVIEWER, None)]
            people = [person for role, where in whose for person in uow.accounts.with_role(role, where)]
            params = {"code": room.code, "name": room.name, "ends_on": exemption.ends_on.isoformat()}
            told += bool(
                tell(uow, people, "room_exemption_over", params, event=f"{room.id}/exemption_over/{exemption.id}")
            )
    return told


def _judge(ctx: Context, uow: UnitOfWork, room: Room, *, was: str) -> UUID | None:
    """What lifted a rule for the room, if one had to be lifted; raises PolicyDenied where none did."""
    ruling = ctx.room_rules.judge(_facts(uow, room, was))
    denials = [finding for finding in ruling.findings if finding.effect == "deny" and finding.in_force]
    if denials:
        raise PolicyDenied(
            "Policies refuse this machine room: {rules}.",
            field=denials[0].field,
            way_out="Order colocation in the shared room, or ask the office for an exemption, which ends.",
            findings=[msgspec.to_builtins(finding) for finding in ruling.findings],
            rules=", ".join(finding.rule for finding in denials),
        )
    return next((finding.exemption_id for finding in ruling.findings if finding.exemption_id is not None), None)


def _facts(uow: UnitOfWork, room: Room, was: str) -> dict[str, Any]:
    """`policy.facts.RoomFacts`."""
    department = uow.departments.get(room.department_id)
    left = shared_space(uow)
    today = today_for_people(uow.now)
    return {
        "room": {
            "code": room.code,
            "name": room.name,
            "kind": room.kind.value,
            "category": room.category.value,
            "status": room.status.value,
            "was": was,
            "opened_on": str(room.opened_on or ""),
            "area_m2": room.area_m2 or 0.0,
            "power_kw": room.power_kw or 0.0,
            "servers": room.server_count or 0,
        },
        "department": {"code": department.code, "name": department.name, "level": department.level.value},
        "by_office": uow.actor.sees_all,
        "shared": {
            "rooms": sorted({part.room for part in left}),
            "racks": sum(part.racks for part in left),
            "units": sum(part.units for part in left),
            "largest": max((part.largest for part in left), default=0),
            "power_known": any(part.power_w is not None for part in left),
            "power_kw": sum(part.power_w or 0 for part in left) / 1000,
        },
        "today": today.isoformat(),
        "exemptions": [
            {"rule": exemption.rule, "id": str(exemption.id)}
            for exemption in uow.exemptions.in_force(room.department_id, uow.now)
            if exemption.lifts(exemption.rule, room.department_id, None, today)
        ],
    }


def _refuse_others_kind(request: Request, kind: object) -> None:
    """A shared or a carrier's room is the office's to put on record."""
    if kind not in (None, RoomKind.OWN) and not request.actor.sees_all:
        raise Conflict(
            "A department puts its own rooms on record.", field="kind", way_out="Leave the rest to the office."
        )


def _words(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(values.get(name) or "") for name in PROSE}


def _told(room: Room) -> dict[str, object]:
    """What the audit trail says of a new one."""
    return {"code": room.code, "name": room.name, "kind": room.kind.value, "status": room.status.value}
