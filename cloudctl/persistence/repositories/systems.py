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

    def names(self) -> dict[str, str]:
        every = select(systems.c.code, systems.c.name).order_by(systems.c.code)
        return {row[0]: row[1] for row in self.session.execute(every)}

    def codes(self) -> dict[str, tuple[UUID, UUID]]:
        every = select(systems.c.code, systems.c.id, systems.c.department_id)
        return {row[0]: (row[1], row[2]) for row in self.session.execute(every)}

    def of_department(self, department_id: UUID) -> Sequence[System]:
        return self._all(select(System).where(systems.c.department_id == department_id).order_by(systems.c.code))
