"""What systems need of each other: put on record by the department whose system needs the other one.

add(ctx, request, system_id=shenpi.id, on_id=yitihua.id, kind=DependencyKind.LOGIN)
"""

from __future__ import annotations

from uuid import UUID

from cloudctl.domain.accounts import Permission, missing
from cloudctl.domain.dependencies import Dependency, DependencyKind, circular, cycle
from cloudctl.domain.errors import NotFound
from cloudctl.domain.systems import System
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork

UNSEEN = "…"
"""What stands in a circle for a system of another department."""


def add(
    ctx: Context,
    request: Request,
    *,
    system_id: UUID,
    on_id: UUID,
    kind: DependencyKind = DependencyKind.OTHER,
    note: str | None = None,
) -> Dependency:
    """Puts on record that `system_id` needs `on_id`; raises Conflict naming the circle that it would close.

    A department does so between systems of its own, the office between those of any two.
    """
    actor = request.actor
    actor.require(Permission.SYSTEMS_WRITE)
    with ctx.unit_of_work(request) as uow:
        uow.dependencies.lock_graph()
        system, needed = _system(uow, system_id, "system_id"), _system(uow, on_id, "on_id")
        made = Dependency(
            system_id=system_id, on_id=on_id, kind=kind, note=(note or "").strip() or None, created_at=uow.now
        )
        if circle := cycle(uow.dependencies.graph(), system_id, on_id):
            through = [uow.systems.get(key) for key in circle]
            raise circular([step.code if actor.sees(step.department_id) else UNSEEN for step in through])
        uow.dependencies.add(made)
        uow.audit(
            "create/dependency",
            "dependency",
            made.id,
            department_id=system.department_id,
            after={"system": system.code, "on": needed.code, "kind": kind.value, "note": made.note},
        )
        return uow.answer(made)


def remove(ctx: Context, request: Request, dependency_id: UUID) -> Dependency:
    """Takes a dependency off; the history of both systems keeps it."""
    actor = request.actor
    actor.require(Permission.SYSTEMS_WRITE)
    with ctx.unit_of_work(request) as uow:
        found = uow.dependencies.get(dependency_id)
        system, needed = uow.systems.get(found.system_id), uow.systems.get(found.on_id)
        actor.require_sight(system.department_id, "dependency", dependency_id)
        uow.dependencies.remove(found)
        uow.audit(
            "delete/dependency",
            "dependency",
            found.id,
            department_id=system.department_id,
            before={"system": system.code, "on": needed.code, "kind": found.kind.value, "note": found.note},
        )
        return uow.answer(found)


def get(ctx: Context, request: Request, dependency_id: UUID) -> Dependency:
    """One dependency; the departments of both systems see it."""
    actor = request.actor
    actor.require(Permission.SYSTEMS_READ)
    with ctx.unit_of_work(request) as uow:
        found = uow.dependencies.get(dependency_id)
        owners = {uow.systems.get(key).department_id for key in (found.system_id, found.on_id)}
    if not any(actor.sees(owner) for owner in owners):
        raise missing("dependency", dependency_id)
    return found


def _system(uow: UnitOfWork, key: UUID, field: str) -> System:
    try:
        found = uow.systems.get(key)
        uow.actor.require_sight(found.department_id, "system", key)
    except NotFound as error:
        error.field = field
        raise
    return found
