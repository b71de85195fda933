"""Systems: registered by their department, or by the office for it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.declarations import FIELD, check_declared, refuse_secret
from cloudctl.domain.errors import Invalid
from cloudctl.domain.systems import System
from cloudctl.ports.context import Context, Request
from cloudctl.services.edits import apply_edits
from cloudctl.services.mergers import standing

EDITABLE = frozenset({"name", "mlps_level", "classification", "xinchuang"})


def create(
    ctx: Context,
    request: Request,
    *,
    code: str,
    name: str,
    mlps_level: int,
    classification: str | None = None,
    xinchuang: bool = False,
    no_state_secrets: bool | None = None,
    department_id: UUID | None = None,
) -> System:
    """Registers a system; a department's officer registers for the own department, whatever is asked.

    Raises Invalid, before anything of it is kept, unless it is declared that no state secrets are handled.
    """
    actor = request.actor
    actor.require(Permission.SYSTEMS_WRITE)
    check_declared(no_state_secrets, {"code": code, "name": name})
    owner = department_id or actor.department_id
    if owner is None:
        raise Invalid("A system needs a department.", field="department_id", way_out="Name the department.")
    actor.require_sight(owner, "department", owner)
    with ctx.unit_of_work(request) as uow:
        standing(uow, owner, "department_id")
        if classification is not None:
            uow.catalogue.classification(classification)
        system = System(
            department_id=owner,
            code=code,
            name=name,
            mlps_level=mlps_level,
            classification=classification,
            xinchuang=xinchuang,
            declared_by=actor.name,
            declared_at=uow.now,
            created_at=uow.now,
        )
        uow.systems.add(system)
        uow.audit(
            "create/system",
            "system",
            system.id,
            department_id=owner,
            after={
                "code": code,
                "name": name,
                "mlps_level": mlps_level,
                "classification": classification,
                "xinchuang": xinchuang,
                FIELD: True,
            },
        )
        return uow.answer(system)


def update(
    ctx: Context, request: Request, system_id: UUID, changes: dict[str, Any], expected_version: int | None = None
) -> System:
    """Changes what EDITABLE lists; `no_state_secrets` declares anew."""
    request.actor.require(Permission.SYSTEMS_WRITE)
    changes = dict(changes)
    declared = changes.pop(FIELD, None)
    refuse_secret(declared, {"name": changes.get("name") or ""})
    with ctx.unit_of_work(request) as uow:
        system = uow.systems.get(system_id)
        request.actor.require_sight(system.department_id, "system", system_id)
        uow.check_version(system, expected_version)
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
