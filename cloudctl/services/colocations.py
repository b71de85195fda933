"""Colocations: what operations install and take out, and contracts from before the platform."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.colocations import Colocation
from cloudctl.domain.declarations import refuse_secret
from cloudctl.domain.errors import Forbidden, Invalid
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries import Page, PageAsk
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import fittings, racks
from cloudctl.services.mergers import standing


def record(ctx: Context, request: Request, /, *, rack_id: UUID, **values: Any) -> Colocation:
    """Puts a contract on record that was there before the platform: it is in place. The office's to do."""
    request.actor.require(Permission.ROOMS_WRITE)
    if not request.actor.sees_all:
        raise Forbidden(
            "A department orders colocation.", way_out="Write an order with an item of the kind colocation."
        )
    refuse_secret(None, {name: str(values.get(name) or "") for name in ("name", "device", "note")})
    with ctx.unit_of_work(request) as uow:
        standing(uow, values["department_id"], "department_id")
        rack = uow.racks.get(rack_id)
        uow.rooms.lock(rack.room_id)
        colocation = Colocation(
            room_id=rack.room_id, rack_id=rack.id, state="in_use", created_at=uow.now, **values
        )  # fmt: skip
        colocation.from_on = colocation.from_on or today_for_people(uow.now)
        colocation.check()
        _settle(uow, colocation)
        uow.colocations.add(colocation)
        fittings.record(uow, colocation, "create/colocation")
        return uow.answer(colocation)


def get(ctx: Context, request: Request, colocation_id: UUID) -> Colocation:
    """One colocation of what the actor sees."""
    request.actor.require(Permission.ROOMS_READ)
    with ctx.unit_of_work(request) as uow:
        colocation = uow.colocations.get(colocation_id)
    request.actor.require_sight(colocation.department_id, "colocation", colocation_id)
    return colocation


def history(ctx: Context, request: Request, colocation_id: UUID, ask: PageAsk) -> Page:
    """How it became what it is: its versions, newest first; raises NotFound as `get` does."""
    get(ctx, request, colocation_id)
    return ctx.queries.register.history("colocations", colocation_id, ask)


def install(
    ctx: Context,
    request: Request,
    colocation_id: UUID,
    *,
    rack_id: UUID | None = None,
    first_unit: int | None = None,
    expected_version: int | None = None,
) -> Colocation:
    """Operations have installed it, where it was planned or in another rack of a shared room."""
    request.actor.require(Permission.FITTINGS_WRITE)
    with ctx.unit_of_work(request) as uow:
        colocation = _locked(uow, request, colocation_id, expected_version)
        if rack_id is not None or first_unit is not None:
            _move(uow, colocation, rack_id, first_unit)
        fittings.complete(uow, colocation)
        return uow.answer(colocation)


def remove(
    ctx: Context, request: Request, colocation_id: UUID, *, reason: str | None = None,
    expected_version: int | None = None,
) -> Colocation:  # fmt: skip
    """Operations have taken the devices out: the units are free, and no device stands under the contract any more."""
    request.actor.require(Permission.FITTINGS_WRITE)
    with ctx.unit_of_work(request) as uow:
        colocation = _locked(uow, request, colocation_id, expected_version)
        for device in uow.devices.of_colocation(colocation.id):
            device.room_id = device.rack_id = device.first_unit = device.colocation_id = None
        fittings.take_out(uow, colocation, reason)
        return uow.answer(colocation)


def _locked(uow: UnitOfWork, request: Request, key: UUID, expected_version: int | None) -> Colocation:
    found = fittings.lock(uow, request, "colocations", key, expected_version)
    assert isinstance(found, Colocation)
    return found


def _move(uow: UnitOfWork, colocation: Colocation, rack_id: UUID | None, first_unit: int | None) -> None:
    rack = uow.racks.get(rack_id or fittings.known(colocation.rack_id))
    room = uow.rooms.lock(rack.room_id)
    if room.id not in {shared.id for shared in uow.rooms.shared()}:
        raise Invalid(
            "Rack {rack} stands in no shared room.", field="rack_id", way_out="Name a rack of the shared room.",
            rack=rack.code,
        )  # fmt: skip
    if rack.id != colocation.rack_id and first_unit is None:
        raise Invalid("Another rack has other units.", field="first_unit", way_out="Give the lowest unit there.")
    colocation.room_id, colocation.rack_id = room.id, rack.id
    colocation.first_unit = first_unit or colocation.first_unit
    _settle(uow, colocation)


def _settle(uow: UnitOfWork, colocation: Colocation) -> None:
    rack, occupant = uow.racks.get(fittings.known(colocation.rack_id)), colocation.occupant
    assert occupant is not None
    racks.settle(uow, rack, occupant)
