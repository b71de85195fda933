"""Departments that end: merged into another one, or retired without a successor.

    merge(ctx, request, department_id, into=successor_id, reason="机构改革")
    department = standing(uow, department_id, "department_id")      # before anything new is put on record for it

What the department still has is named and stays where it is: it is transferred or brought to its end first. A merger
takes the systems along, empty as they are by then, with rooms, devices and what was installed; the quota goes back to
where it came from. Orders that have ended stay with the department, whose people still read them.
"""

from __future__ import annotations

from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import PEOPLE_ZONE
from cloudctl.domain.departments import Department
from cloudctl.domain.errors import Conflict, Invalid, NotFound
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork


def merge(
    ctx: Context,
    request: Request,
    department_id: UUID,
    *,
    into: UUID,
    reason: str,
    expected_version: int | None = None,
) -> Department:
    """Merges a department into a standing one; raises Conflict that names what it still has."""
    return _end(ctx, request, department_id, into=into, reason=reason, expected_version=expected_version)


def retire(
    ctx: Context, request: Request, department_id: UUID, *, reason: str, expected_version: int | None = None
) -> Department:
    """Ends a department that has no successor; raises Conflict that names what it still has. Its systems stay."""
    return _end(ctx, request, department_id, into=None, reason=reason, expected_version=expected_version)


def standing(uow: UnitOfWork, department_id: UUID, field: str) -> Department:
    """The department, which does not end before this transaction does; raises Conflict that names the successor."""
    department = uow.departments.settled(department_id)
    if department.retired_at is not None:
        raise ended(uow, department, field)
    return department


def _end(
    ctx: Context,
    request: Request,
    department_id: UUID,
    *,
    into: UUID | None,
    reason: str,
    expected_version: int | None,
) -> Department:
    actor = request.actor
    actor.require(Permission.DEPARTMENTS_WRITE)
    actor.require_sight(department_id, "department", department_id)
    if not reason.strip():
        raise Invalid("A department does not end without a reason.", field="reason", way_out="Say why, for the audit.")
    with ctx.unit_of_work(request) as uow:
        uow.departments.lock_tree(to_change=True)
        department = standing(uow, department_id, "department_id")
        uow.check_version(department, expected_version)
        successor = None if into is None else _successor(uow, into)
        uow.because(reason.strip())
        department.retire(uow.now, successor)
        _refuse_tied(uow, department)
        _give_quota_back(uow, department)
        moved = [] if successor is None else _hand_systems_over(uow, department, successor, reason)
        if successor is not None:
            _hand_premises_over(uow, department, successor, reason)
        uow.audit(
            "stop/department",
            "department",
            department.id,
            department_id=department.id,
            after={
                "code": department.code,
                "successor": None if successor is None else successor.code,
                "successor_id": department.successor_id,
                "systems": moved,
            },
            reason=reason.strip(),
        )
        return uow.answer(department)


def _successor(uow: UnitOfWork, into: UUID) -> Department:
    try:
        return standing(uow, into, "into")
    except NotFound as error:
        error.field = "into"
        raise


def _refuse_tied(uow: UnitOfWork, department: Department) -> None:
    """Raises Conflict that names everything at once."""
    ties = uow.departments.ties(department.id)
    if any(ties.values()):
        raise Conflict(
            "{department} still has: units {units}; orders {orders}; resources {resources}; transfers {transfers}; "
            "emergencies {emergencies}; adoption rules {rules}.",
            way_out="Give units another upper unit, transfer or release resources, end the orders and papers, take the "
            "rules off; then do it again.",
            department=department.code,
            **{noun: ", ".join(names) or "-" for noun, names in ties.items()},
        )


def _give_quota_back(uow: UnitOfWork, department: Department) -> None:
    for cloud, zone, dimension in uow.departments.limited(department.id):
        uow.quotas.set_limit(department.id, cloud, zone, dimension, 0)


def _hand_systems_over(uow: UnitOfWork, department: Department, successor: Department, reason: str) -> list[str]:
    """The codes of the systems, which are the successor's from now on."""
    systems = uow.systems.of_department(department.id)
    for system in systems:
        system.department_id = successor.id
        uow.audit(
            "update/system",
            "system",
            system.id,
            department_id=successor.id,
            before={"department_id": department.id},
            after={"department_id": successor.id},
            reason=reason.strip(),
        )
    return [system.code for system in systems]


def _hand_premises_over(uow: UnitOfWork, department: Department, successor: Department, reason: str) -> None:
    """Rooms, devices, colocations and accesses are the successor's from now on."""
    for what, records in (
        ("room", uow.rooms), ("device", uow.devices), ("colocation", uow.colocations), ("access", uow.accesses),
    ):  # fmt: skip
        for entity in records.of_department(department.id):
            entity.department_id = successor.id
            uow.audit(
                f"update/{what}",
                what,
                entity.id,
                department_id=successor.id,
                before={"department_id": department.id},
                after={"department_id": successor.id},
                reason=reason.strip(),
            )


def ended(uow: UnitOfWork, department: Department, field: str | None = None) -> Conflict:
    """What to say of a department that is no more: when it ended, and the last of the line of its successors."""
    assert department.retired_at is not None
    day = department.retired_at.astimezone(PEOPLE_ZONE).date().isoformat()
    successor = _heir(uow, department)
    if successor is None:
        return Conflict(
            "{department} ended on {day} and has no successor.",
            field=field,
            way_out="Name another department, or ask the office.",
            department=department.code,
            day=day,
        )
    return Conflict(
        "{department} was merged into {successor} {name} on {day}.",
        field=field,
        way_out="Use the code {successor}.",
        department=department.code,
        successor=successor.code,
        name=successor.name,
        day=day,
    )


def _heir(uow: UnitOfWork, department: Department) -> Department | None:
    while department.successor_id is not None:
        department = uow.departments.get(department.successor_id)
        if department.retired_at is None:
            return department
    return None
