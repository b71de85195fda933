"""Information systems."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from cloudctl.domain.systems import System
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import systems


class SystemRecords(Records[System]):
    """Systems."""

    noun, what = System, "system"

    def by_code(self, code: str) -> System | None:
        return self._one(select(System).where(systems.c.code == code))

    def of_department(self, department_id: UUID) -> Sequence[System]:
        return self._all(select(System).where(systems.c.department_id == department_id).order_by(systems.c.code))
