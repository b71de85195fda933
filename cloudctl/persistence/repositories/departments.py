"""Departments with their tree, and their tenants in the clouds.

Every department keeps its path, so a subtree is one condition. Whoever changes the tree, or a figure that rests on it,
locks it first: readers of it side by side, a change alone. SQLite has one writer anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from cloudctl.domain.departments import Department
from cloudctl.domain.resources import Tenant
from cloudctl.persistence.repositories.records import Records, record
from cloudctl.persistence.tables import departments

TREE_LOCK = 0x74726565  # any number that is used for nothing else


class DepartmentRecords(Records[Department]):
    """Departments."""

    noun, what = Department, "department"

    def by_code(self, code: str) -> Department | None:
        return self._one(select(Department).where(departments.c.code == code))

    def lock_tree(self, *, to_change: bool = False) -> None:
        if self.session.get_bind().dialect.name == "postgresql":
            lock = func.pg_advisory_xact_lock if to_change else func.pg_advisory_xact_lock_shared
            self.session.execute(select(lock(TREE_LOCK)))

    def line(self, department: Department) -> Sequence[Department]:
        found = self._all(select(Department).where(departments.c.id.in_(department.line)))
        return sorted(found, key=lambda upper: len(upper.path), reverse=True)

    def units(self, department_id: UUID) -> Sequence[Department]:
        below = select(Department).where(departments.c.parent_id == department_id)
        return self._all(below.order_by(departments.c.id))

    def carry_along(self, department: Department, from_path: str) -> None:
        below = update(departments).where(departments.c.path.like(f"{from_path}_%"))
        rest = func.substr(departments.c.path, len(from_path) + 1)
        self.session.flush()
        self.session.execute(
            below.values(path=department.path + rest), execution_options={"synchronize_session": False}
        )


class TenantRecords:
    """A department's project on each cloud."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, department_id: UUID, cloud: str) -> Tenant | None:
        return self.session.get(Tenant, (department_id, cloud))

    def add(self, tenant: Tenant) -> None:
        record(self.session, tenant)
