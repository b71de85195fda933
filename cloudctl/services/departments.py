"""Departments: put on record, and moved in their tree, by the office.

A move carries the subtree along, and what its units were allotted goes from the old upper unit's account to the new
one's: all of it, or nothing is moved.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.accounts import DISTRICT_ROLES, Permission
from cloudctl.domain.departments import Department, Level
from cloudctl.domain.errors import Conflict, Invalid
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries import Page, PageAsk
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.edits import apply_edits
from cloudctl.services.mergers import standing

EDITABLE = frozenset({"name", "level", "parent_id"})
TREE = frozenset({"level", "parent_id"})


def create(
    ctx: Context, request: Request, *, code: str, name: str, level: Level, parent_id: UUID | None = None
) -> Department:
    """Puts a department on record; raises Invalid for a parent of a lower level, Conflict for a code in use."""
    request.actor.require(Permission.DEPARTMENTS_WRITE)
    with ctx.unit_of_work(request) as uow:
        uow.departments.lock_tree()
        department = Department(code=code, name=name, level=level, created_at=uow.now)
        department.stand_below(None if parent_id is None else standing(uow, parent_id, "parent_id"))
        uow.departments.add(department)
        uow.audit(
            "create/department",
            "department",
            department.id,
            department_id=department.id,
            after={"code": code, "name": name, "level": level.value, "parent_id": parent_id},
        )
        return uow.answer(department)


def update(
    ctx: Context, request: Request, department_id: UUID, changes: dict[str, Any], expected_version: int | None = None
) -> Department:
    """Changes name, level or parent; raises Stale when `expected_version` is no longer current."""
    request.actor.require(Permission.DEPARTMENTS_WRITE)
    request.actor.require_sight(department_id, "department", department_id)
    with ctx.unit_of_work(request) as uow:
        if changes.keys() & TREE:
            uow.departments.lock_tree(to_change=True)
        department = standing(uow, department_id, "department_id")
        uow.check_version(department, expected_version)
        before, after = _replace(uow, department, changes)
        rest = {name: value for name, value in changes.items() if name not in TREE}
        earlier, later = apply_edits(department, rest, EDITABLE)
        uow.audit(
            "update/department",
            "department",
            department.id,
            department_id=department.id,
            before=before | earlier,
            after=after | later,
        )
        return uow.answer(department)


def pin(
    ctx: Context, request: Request, department_id: UUID, clouds: frozenset[str], expected_version: int | None = None
) -> Department:
    """Pins a department, and the units below without pins of their own, to clouds by code; none at all unpins it.

    What stands elsewhere stays and can be changed there. Raises Invalid for a cloud that is not on record or retired.
    """
    request.actor.require(Permission.DEPARTMENTS_WRITE)
    request.actor.require_sight(department_id, "department", department_id)
    with ctx.unit_of_work(request) as uow:
        department = uow.departments.get(department_id)
        uow.check_version(department, expected_version)
        unknown = clouds - {cloud.code for cloud in uow.clouds.all() if not cloud.retired}
        if unknown:
            raise Invalid(
                "There is no cloud {cloud} in service.",
                field="clouds",
                way_out="See the clouds: `cloudctl clouds list`.",
                cloud=min(unknown),
            )
        before, department.clouds = department.clouds, clouds
        uow.audit(
            "update/pin",
            "department",
            department.id,
            department_id=department.id,
            before={"clouds": sorted(before)},
            after={"clouds": sorted(clouds)},
        )
        return uow.answer(department)


def get(ctx: Context, request: Request, department_id: UUID) -> Department:
    """One department of what the actor sees: its own, or for a district's office one of its subtree."""
    request.actor.require(Permission.DEPARTMENTS_READ)
    request.actor.require_sight(department_id, "department", department_id)
    with ctx.unit_of_work(request) as uow:
        return uow.departments.get(department_id)


def history(ctx: Context, request: Request, department_id: UUID, ask: PageAsk) -> Page:
    """How it became what it is: its versions, newest first; raises NotFound as `get` does."""
    get(ctx, request, department_id)
    return ctx.queries.register.history("departments", department_id, ask)


def _replace(
    uow: UnitOfWork, department: Department, changes: dict[str, Any]
) -> tuple[dict[str, object], dict[str, object]]:
    """Gives it another level or upper unit; answers (before, after) of what differs."""
    now: dict[str, Any] = {"level": department.level, "parent_id": department.parent_id}
    then = now | {name: value for name, value in changes.items() if name in TREE}
    differing = [name for name in now if now[name] != then[name]]
    left = None if now["parent_id"] is None else uow.departments.get(now["parent_id"])
    reached = None if then["parent_id"] is None else standing(uow, then["parent_id"], "parent_id")
    from_path = department.path
    if "level" in differing:
        _refuse_staffed(uow, department)
        department.rise_to(then["level"], reached, uow.departments.units(department.id))
    if "parent_id" in differing:
        department.stand_below(reached)
        uow.departments.carry_along(department, from_path)
    for touched in dict.fromkeys((department, left, reached)) if differing else ():
        if touched is not None:
            uow.quotas.recount(touched)
    return {name: now[name] for name in differing}, {name: then[name] for name in differing}


def _refuse_staffed(uow: UnitOfWork, department: Department) -> None:
    """A district whose office has people stays a district."""
    if any(uow.accounts.with_role(role, department.id) for role in DISTRICT_ROLES):
        raise Conflict(
            "{department} has accounts with a district's roles.",
            field="level",
            way_out="Take these roles away, or deactivate the accounts first.",
            department=department.name,
        )
