"""Information systems."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from cloudctl.domain.systems import System
from cloudctl.persistence.repositories.bulk import insert_many, update_many
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

    def lock(self, key: UUID) -> System:
        return self._locked(key)

    def some(self, keys: Collection[UUID]) -> Sequence[System]:
        return self._all(select(System).where(systems.c.id.in_(keys)).order_by(systems.c.code))

    def merged_into(self, key: UUID) -> Sequence[System]:
        return self._all(select(System).where(systems.c.merged_into_id == key).order_by(systems.c.code))

    def on_record(self) -> dict[str, dict[str, Any]]:
        rows = self.session.connection().execute(select(systems))
        return {row["code"]: dict(row) for row in rows.mappings()}

    def put_many(self, new: Sequence[System], changed: Mapping[UUID, Mapping[str, object]]) -> None:
        insert_many(self.session, systems, new)
        update_many(self.session, systems, changed)
