"""Network accesses: what operations connect and disconnect, and what was there before the platform."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.accesses import FIELDS, WORDS, Access
from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.declarations import refuse_secret
from cloudctl.domain.entries import entered
from cloudctl.domain.errors import Forbidden, Invalid
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries import Page, PageAsk
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import fittings
from cloudctl.services.edits import apply_edits
from cloudctl.services.evaluations import known_zone
from cloudctl.services.mergers import standing

EDITABLE = frozenset(
    {"name", "system_id", "level", "count", "bandwidth_mbps", "security_package", "from_on", "until_on", "note"}
)


def record(ctx: Context, request: Request, /, **values: Any) -> Access:
    """Puts an access on record that was there before the platform: it is in use. The office's to do."""
    request.actor.require(Permission.ROOMS_WRITE)
    _require_office(request)
    refuse_secret(None, {name: str(values.get(name) or "") for name in ("name", "note")})
    values = entered(FIELDS, WORDS, values)
    with ctx.unit_of_work(request) as uow:
        standing(uow, values["department_id"], "department_id")
        known_zone(uow, values["zone"])
        access = Access(state="in_use", created_at=uow.now, **values)
        access.from_on = access.from_on or today_for_people(uow.now)
        _check(uow, access)
        uow.accesses.add(access)
        fittings.record(uow, access, "create/access")
        return uow.answer(access)


def update(
    ctx: Context, request: Request, access_id: UUID, changes: dict[str, Any], expected_version: int | None = None
) -> Access:
    """Corrects the record of an access; what an order granted is changed by another order. The office's to do."""
    request.actor.require(Permission.ROOMS_WRITE)
    with ctx.unit_of_work(request) as uow:
        access = _locked(uow, request, access_id, expected_version)
        _require_office(request)
        if access.order_id is not None:
            raise Invalid(
                "What an order granted is changed by an order.", field="bandwidth_mbps",
                way_out="Order what is needed now, and give this one back.",
            )  # fmt: skip
        before, after = apply_edits(access, entered(FIELDS, WORDS, changes), EDITABLE)
        _check(uow, access)
        uow.audit("update/access", "access", access.id, department_id=access.department_id, before=before, after=after)
        return uow.answer(access)


def get(ctx: Context, request: Request, access_id: UUID) -> Access:
    """One access of what the actor sees."""
    request.actor.require(Permission.ROOMS_READ)
    with ctx.unit_of_work(request) as uow:
        access = uow.accesses.get(access_id)
    request.actor.require_sight(access.department_id, "access", access_id)
    return access


def history(ctx: Context, request: Request, access_id: UUID, ask: PageAsk) -> Page:
    """How it became what it is: its versions, newest first; raises NotFound as `get` does."""
    get(ctx, request, access_id)
    return ctx.queries.register.history("accesses", access_id, ask)


def connect(ctx: Context, request: Request, access_id: UUID, *, expected_version: int | None = None) -> Access:
    """Operations have connected it."""
    request.actor.require(Permission.FITTINGS_WRITE)
    with ctx.unit_of_work(request) as uow:
        access = _locked(uow, request, access_id, expected_version)
        fittings.complete(uow, access)
        return uow.answer(access)


def disconnect(
    ctx: Context, request: Request, access_id: UUID, *, reason: str | None = None, expected_version: int | None = None
) -> Access:
    """Operations have disconnected it: its bandwidth is free."""
    request.actor.require(Permission.FITTINGS_WRITE)
    with ctx.unit_of_work(request) as uow:
        access = _locked(uow, request, access_id, expected_version)
        fittings.take_out(uow, access, reason)
        return uow.answer(access)


def _require_office(request: Request) -> None:
    if not request.actor.sees_all:
        raise Forbidden(
            "A department orders network access.", way_out="Write an order with an item of the kind access."
        )


def _locked(uow: UnitOfWork, request: Request, key: UUID, expected_version: int | None) -> Access:
    found = fittings.lock(uow, request, "accesses", key, expected_version)
    assert isinstance(found, Access)
    return found


def _check(uow: UnitOfWork, access: Access) -> None:
    access.check()
    if access.security_package is not None:
        uow.catalogue.security_package(access.security_package)
