"""Departments: put on record and kept by the office."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.departments import Department, Level
from cloudctl.domain.errors import Invalid
from cloudctl.ports.context import Context, Request
from cloudctl.services.edits import apply_edits

EDITABLE = frozenset({"name", "level", "parent_id"})


def create(
    ctx: Context, request: Request, *, code: str, name: str, level: Level, parent_id: UUID | None = None
) -> Department:
    """Puts a department on record; raises Invalid for a parent that does not exist, Conflict for a code in use."""
    request.actor.require(Permission.DEPARTMENTS_WRITE)
    with ctx.unit_of_work(request) as uow:
        if parent_id is not None:
            uow.departments.get(parent_id)
        department = Department(code=code, name=name, level=level, parent_id=parent_id, created_at=uow.now)
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
    with ctx.unit_of_work(request) as uow:
        department = uow.departments.get(department_id)
        uow.check_version(department, expected_version)
        _refuse_loop(uow.departments.get, department_id, changes.get("parent_id"))
        before, after = apply_edits(department, changes, EDITABLE)
        uow.audit(
            "update/department", "department", department.id, department_id=department.id, before=before, after=after
        )
        return uow.answer(department)


def get(ctx: Context, request: Request, department_id: UUID) -> Department:
    """One department; a department sees itself."""
    request.actor.require(Permission.DEPARTMENTS_READ)
    request.actor.require_sight(department_id, "department", department_id)
    with ctx.unit_of_work(request) as uow:
        return uow.departments.get(department_id)


def _refuse_loop(get_department: Any, department_id: UUID, parent_id: UUID | None) -> None:
    """Raises Invalid when the new parent is the department itself or stands below it."""
    while parent_id is not None:
        if parent_id == department_id:
            raise Invalid(
                "A department cannot stand below itself.",
                field="parent_id",
                way_out="Choose a unit outside its subtree.",
            )
        parent_id = get_department(parent_id).parent_id
