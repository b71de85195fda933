"""Departments, and their tenants in the clouds."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from cloudctl.domain.departments import Department
from cloudctl.domain.resources import Tenant
from cloudctl.persistence.repositories.records import Records, record
from cloudctl.persistence.tables import departments


class DepartmentRecords(Records[Department]):
    """Departments."""

    noun, what = Department, "department"

    def by_code(self, code: str) -> Department | None:
        return self._one(select(Department).where(departments.c.code == code))


class TenantRecords:
    """A department's project on each cloud."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, department_id: UUID, cloud: str) -> Tenant | None:
        return self.session.get(Tenant, (department_id, cloud))

    def add(self, tenant: Tenant) -> None:
        record(self.session, tenant)
