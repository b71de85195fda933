"""Systems: registered by their department, or by the office for it, with what the register asks of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.declarations import FIELD, check_declared, refuse_secret
from cloudctl.domain.errors import Invalid, NotFound
from cloudctl.domain.register import tidied
from cloudctl.domain.surveys import REGISTER_FIELDS
from cloudctl.domain.systems import System
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries import Page, PageAsk
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.edits import apply_edits
from cloudctl.services.mergers import standing

EDITABLE = frozenset(field.name for field in REGISTER_FIELDS) - {"code", "department_id"}


def create(
    ctx: Context,
    request: Request,
    /,
    *,
    no_state_secrets: bool | None = None,
    department_id: UUID | None = None,
    **fields: Any,
) -> System:
    """Registers a system with the register's `fields`; an officer does so for the own department.

    Raises Invalid, before anything of it is kept, unless it is declared that no state secrets are handled.
    """
    actor = request.actor
    actor.require(Permission.SYSTEMS_WRITE)
    check_declared(no_state_secrets, _texts(fields))
    owner = department_id or actor.department_id
    if owner is None:
        raise Invalid("A system needs a department.", field="department_id", way_out="Name the department.")
    actor.require_sight(owner, "department", owner)
    with ctx.unit_of_work(request) as uow:
        return uow.answer(enter(uow, owner, fields))


def enter(uow: UnitOfWork, owner: UUID, fields: dict[str, Any]) -> System:
    """Registers a system in the caller's transaction; its declaration was checked, its department is in sight."""
    fields = {name: value for name, value in tidied(REGISTER_FIELDS, fields).items() if value is not None}
    check_references(uow, {**fields, "department_id": owner})
    system = System(department_id=owner, declared_by=uow.actor.name, declared_at=uow.now, created_at=uow.now, **fields)
    uow.systems.add(system)
    uow.audit("create/system", "system", system.id, department_id=owner, after={**fields, FIELD: True})
    return system


def update(
    ctx: Context, request: Request, system_id: UUID, changes: dict[str, Any], expected_version: int | None = None
) -> System:
    """Changes what EDITABLE lists; `no_state_secrets` declares anew, a `status` has to be within one step."""
    request.actor.require(Permission.SYSTEMS_WRITE)
    changes = dict(changes)
    declared = changes.pop(FIELD, None)
    refuse_secret(declared, _texts(changes))
    changes = tidied(REGISTER_FIELDS, changes)
    with ctx.unit_of_work(request) as uow:
        system = uow.systems.get(system_id)
        request.actor.require_sight(system.department_id, "system", system_id)
        uow.check_version(system, expected_version)
        check_references(uow, changes)
        system.check_claim(str(changes.get("status", system.status)))
        before, after = apply_edits(system, changes, EDITABLE)
        system.check()
        if declared:
            system.declared_by, system.declared_at = request.actor.name, uow.now
            after[FIELD] = True
        uow.audit("update/system", "system", system.id, department_id=system.department_id, before=before, after=after)
        return uow.answer(system)


def get(ctx: Context, request: Request, system_id: UUID) -> System:
    """One system of what the actor sees."""
    request.actor.require(Permission.SYSTEMS_READ)
    with ctx.unit_of_work(request) as uow:
        system = uow.systems.get(system_id)
    request.actor.require_sight(system.department_id, "system", system_id)
    return system


def history(ctx: Context, request: Request, system_id: UUID, ask: PageAsk) -> Page:
    """How it became what it is: its versions, newest first; raises NotFound as `get` does."""
    get(ctx, request, system_id)
    return ctx.queries.register.history("systems", system_id, ask)


def check_references(uow: UnitOfWork, fields: dict[str, Any]) -> None:
    """Raises NotFound, naming the field, for what a system would refer to and nobody has on record."""
    looks: dict[str, Callable[[Any], object]] = {
        "department_id": lambda key: standing(uow, key, "department_id"),
        "classification": uow.catalogue.classification,
        "network": uow.catalogue.zone,
        "merged_into_id": lambda key: uow.actor.require_sight(uow.systems.get(key).department_id, "system", key),
        "room_id": uow.rooms.get,
    }
    for name, look in looks.items():
        if fields.get(name) is not None:
            try:
                look(fields[name])
            except NotFound as error:
                error.field = name
                raise


def _texts(fields: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if isinstance(value, str)}
