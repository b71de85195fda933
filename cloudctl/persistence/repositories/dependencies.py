"""What systems need of each other."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select

from cloudctl.domain.dependencies import Dependency
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import dependencies

GRAPH_LOCK = 0x6E65656473  # any number that is used for nothing else


class DependencyRecords(Records[Dependency]):
    """Dependencies."""

    noun, what = Dependency, "dependency"

    def lock_graph(self) -> None:
        if self.session.get_bind().dialect.name == "postgresql":
            self.session.execute(select(func.pg_advisory_xact_lock(GRAPH_LOCK)))

    def graph(self) -> dict[UUID, list[UUID]]:
        needs: dict[UUID, list[UUID]] = {}
        for system_id, on_id in self.session.execute(select(dependencies.c.system_id, dependencies.c.on_id)):
            needs.setdefault(system_id, []).append(on_id)
        return needs

    def of(self, system_id: UUID) -> Sequence[Dependency]:
        either = or_(dependencies.c.system_id == system_id, dependencies.c.on_id == system_id)
        return self._all(select(Dependency).where(either).order_by(dependencies.c.id))

    def remove(self, dependency: Dependency) -> None:
        self.session.delete(dependency)
