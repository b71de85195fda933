"""Departments with their tree, and their tenants in the clouds.

Every department keeps its path, so a subtree is one condition. Whoever changes the tree, or a figure that rests on it,
locks it first: readers of it side by side, a change alone. SQLite has one writer anyway.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, Uuid, bindparam, func, or_, select, union_all, update
from sqlalchemy.orm import Session

from cloudctl.domain.departments import Department
from cloudctl.domain.lifecycle import EMERGENCIES, ORDERS, RESOURCES, TRANSFERS
from cloudctl.domain.machines import Machine
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.resources import Tenant
from cloudctl.persistence.repositories.foresight import remembered
from cloudctl.persistence.repositories.records import Records, record
from cloudctl.persistence.tables import (
    addresses,
    adoption_rules,
    departments,
    emergencies,
    networks,
    orders,
    quotas,
    servers,
    transfers,
    volumes,
)
from cloudctl.persistence.versions import change

TREE_LOCK = 0x74726565  # any number that is used for nothing else
MOST_NAMED = 10
BUILT = {"delivered", "failed"}  # orders that only wait for their file to be closed
GONE = {"released", "undone"}  # resources that come back only where a leak of theirs is found

_MINE = bindparam("department", type_=Uuid)


def _under_way(machine: Machine, table: Table, *done: str) -> ColumnElement[bool]:
    return table.c.state.not_in(sorted(machine.final.union(done)))


def _named(name: ColumnElement[str], *which: ColumnElement[bool]) -> Select[Any]:
    return select(name).where(*which).order_by(name).limit(MOST_NAMED)


_THINGS = union_all(
    *(
        select(table.c.name).where(table.c.department_id == _MINE, _under_way(RESOURCES, table, *GONE))
        for table in (servers, volumes, networks, addresses)
    )
).subquery()
_BETWEEN = or_(transfers.c.from_department_id == _MINE, transfers.c.to_department_id == _MINE)
_TIES: dict[str, Select[Any]] = {
    "units": _named(departments.c.code, departments.c.parent_id == _MINE, departments.c.retired_at.is_(None)),
    "orders": _named(
        orders.c.number,
        or_(orders.c.department_id == _MINE, orders.c.office_id == _MINE),
        _under_way(ORDERS, orders, *BUILT),
    ),
    "resources": _named(_THINGS.c.name),
    "transfers": _named(transfers.c.number, _BETWEEN, _under_way(TRANSFERS, transfers)),
    "emergencies": _named(
        emergencies.c.number, emergencies.c.department_id == _MINE, _under_way(EMERGENCIES, emergencies)
    ),
    "rules": _named(adoption_rules.c.code, adoption_rules.c.department_id == _MINE),
}


class DepartmentRecords(Records[Department]):
    """Departments."""

    noun, what = Department, "department"

    def by_code(self, code: str) -> Department | None:
        return self._one(select(Department).where(departments.c.code == code))

    def names(self) -> dict[str, str]:
        standing = select(departments.c.code, departments.c.name).where(departments.c.retired_at.is_(None))
        return {row[0]: row[1] for row in self.session.execute(standing.order_by(departments.c.code))}

    def codes(self) -> dict[str, UUID]:
        standing = select(departments.c.code, departments.c.id).where(departments.c.retired_at.is_(None))
        return {row[0]: row[1] for row in self.session.execute(standing)}

    def lock_tree(self, *, to_change: bool = False) -> None:
        if self.session.get_bind().dialect.name == "postgresql":
            lock = func.pg_advisory_xact_lock if to_change else func.pg_advisory_xact_lock_shared
            self.session.execute(select(lock(TREE_LOCK)))

    def settled(self, key: UUID) -> Department:
        self.lock_tree()
        return self._found(self.session.get(Department, key, populate_existing=True), key)

    def ties(self, department_id: UUID) -> dict[str, list[str]]:
        mine = {"department": department_id}
        return {noun: list(self.session.scalars(named, mine)) for noun, named in _TIES.items()}

    def limited(self, department_id: UUID) -> Sequence[tuple[str, str, Dimension]]:
        place = select(quotas.c.cloud, quotas.c.zone, quotas.c.dimension)
        mine = place.where(quotas.c.department_id == department_id, quotas.c.limit > 0)
        rows = self.session.execute(mine.order_by(quotas.c.cloud, quotas.c.zone)).all()
        order = list(Dimension)
        return sorted(((c, z, dimension) for c, z, dimension in rows), key=lambda row: (*row[:2], order.index(row[2])))

    def line(self, department: Department) -> Sequence[Department]:
        every = select(Department).where(departments.c.id.in_(department.line))
        found = remembered(self.session, ("line", department.id), lambda: self._all(every))
        return sorted(found, key=lambda upper: len(upper.path), reverse=True)

    def units(self, department_id: UUID) -> Sequence[Department]:
        below = select(Department).where(departments.c.parent_id == department_id)
        return self._all(below.order_by(departments.c.id))

    def subtree(self, roots: Collection[UUID]) -> frozenset[UUID]:
        every, top = select(departments.c.id), departments.alias("top")
        below = every.join(top, departments.c.path.like(top.c.path + "%")).where(top.c.id.in_(roots))
        return frozenset(self.session.scalars(below)) if roots else frozenset()

    def carry_along(self, department: Department, from_path: str) -> None:
        below = update(departments).where(departments.c.path.like(f"{from_path}_%"))
        rest = func.substr(departments.c.path, len(from_path) + 1)
        change(self.session, below.values(path=department.path + rest))


class TenantRecords:
    """A department's project on each cloud."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, department_id: UUID, cloud: str) -> Tenant | None:
        return self.session.get(Tenant, (department_id, cloud))

    def add(self, tenant: Tenant) -> None:
        record(self.session, tenant)
