"""Rules of adoption, adoptions and their takings; and the tie between an object of the inventory and its resource."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import bindparam, func, select, update

from cloudctl.domain.adoptions import Adoption, AdoptionRule, Taking
from cloudctl.domain.inventory import ObjectState
from cloudctl.persistence.errors import translated
from cloudctl.persistence.repositories.records import Records, count_up
from cloudctl.persistence.tables import adoption_rules, adoptions, takings
from cloudctl.persistence.tables import inventory_objects as objects

UNDER_WAY = {"running": ("planned", "recorded"), "undoing": ("withdrawn",)}
_AT_A_TIME = 500
_TIE = update(objects).where(objects.c.id == bindparam("object")).values(resource_id=bindparam("resource"))


class AdoptionRuleRecords(Records[AdoptionRule]):
    """Rules."""

    noun, what = AdoptionRule, "adoption rule"

    def by_code(self, code: str) -> AdoptionRule | None:
        return self._one(select(AdoptionRule).where(adoption_rules.c.code == code))

    def all(self) -> Sequence[AdoptionRule]:
        return self._all(select(AdoptionRule).order_by(adoption_rules.c.code))

    def remove(self, rule: AdoptionRule) -> None:
        self.session.delete(rule)
        with translated():
            self.session.flush()


class AdoptionRecords(Records[Adoption]):
    """Adoptions and takings."""

    noun, what = Adoption, "adoption"

    def lock(self, key: UUID) -> Adoption:
        return self._locked(key)

    def next_number(self, year: int) -> str:
        return f"NG{year}-{count_up(self.session, f'adoptions/{year}'):04d}"

    def add_takings(self, takings: Iterable[Taking]) -> None:
        self.session.add_all(takings)
        with translated():
            self.session.flush()

    def takings(self, adoption_id: UUID, *states: str, after: int = -1, limit: int | None = None) -> Sequence[Taking]:
        mine = select(Taking).where(takings.c.adoption_id == adoption_id, takings.c.position > after)
        if states:
            mine = mine.where(takings.c.state.in_(states))
        return self.session.scalars(mine.order_by(takings.c.position).limit(limit)).all()

    def move(self, keys: Collection[UUID], before: str, state: str, note: str | None) -> None:
        for ids in _chunks(sorted(keys)):
            there = update(takings).where(takings.c.id.in_(ids), takings.c.state == before)
            self.session.connection().execute(there.values(state=state, note=note))

    def counts(self, adoption_id: UUID) -> dict[str, int]:
        counted = select(takings.c.state, func.count()).where(takings.c.adoption_id == adoption_id)
        return {row[0]: row[1] for row in self.session.execute(counted.group_by(takings.c.state))}

    def under_way(self, cloud: str) -> set[UUID]:
        found: set[UUID] = set()
        for state, parts in UNDER_WAY.items():
            going = select(takings.c.id).join(adoptions, adoptions.c.id == takings.c.adoption_id)
            mine = going.where(adoptions.c.state == state, takings.c.state.in_(parts), takings.c.cloud == cloud)
            found.update(self.session.scalars(mine))
        return found

    def tie(self, pairs: Mapping[UUID, UUID]) -> set[UUID]:
        free = select(objects.c.id).where(
            objects.c.id.in_(bindparam("ids", expanding=True)),
            objects.c.resource_id.is_(None),
            objects.c.key.is_(None),
            objects.c.state == ObjectState.PRESENT,
        )
        found: set[UUID] = set()
        for ids in _chunks(sorted(pairs)):
            found.update(self.session.scalars(free.order_by(objects.c.id).with_for_update(), {"ids": ids}))
        if found:
            rows = [{"object": key, "resource": pairs[key]} for key in sorted(found)]
            self.session.connection().execute(_TIE, rows)
        return found

    def untie(self, resources: Collection[UUID]) -> None:
        for ids in _chunks(sorted(resources)):
            loose = update(objects).where(objects.c.resource_id.in_(ids)).values(resource_id=None)
            self.session.connection().execute(loose)


def _chunks(keys: Sequence[UUID]) -> Iterable[Sequence[UUID]]:
    return (keys[start : start + _AT_A_TIME] for start in range(0, len(keys), _AT_A_TIME))
