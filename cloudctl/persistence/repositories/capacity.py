"""The history of capacity. Each round is written in one statement, and again without harm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from cloudctl.domain.capacity import Sample, Sighting, in_use
from cloudctl.domain.inventory import ObjectState
from cloudctl.persistence.tables import capacity_samples, capacity_sightings, inventory_objects, syncs

PAGE = 1000
_READ_AT = select(syncs.c.cloud, func.max(syncs.c.started_at)).where(syncs.c.state == "clean").group_by(syncs.c.cloud)


class CapacityRecords:
    """Implements `ports.repositories.capacity.Capacity`."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def sample(self, day: date, samples: Sequence[Sample]) -> None:
        self._put(capacity_samples, [{"day": day, **sample._asdict()} for sample in samples])

    def see(self, sightings: Sequence[Sighting]) -> None:
        self._put(capacity_sightings, [sighting._asdict() for sighting in sightings])

    def forget_before(self, day: date) -> int:
        old = delete(capacity_samples).where(capacity_samples.c.day < day)
        return self.session.connection().execute(old).rowcount

    def sightings(self) -> Iterator[Sighting]:
        for code, read_at in self.session.execute(_READ_AT).all():
            here = inventory_objects.c.cloud == code, inventory_objects.c.state == ObjectState.PRESENT
            facts = select(inventory_objects.c.facts).where(*here).execution_options(yield_per=PAGE)
            for dimension, used in in_use(self.session.scalars(facts)).items():
                yield Sighting(cloud=code, dimension=dimension, used=used, as_of=read_at)

    def _put(self, table: Table, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        insert = {"sqlite": sqlite, "postgresql": postgresql}[self.session.get_bind().dialect.name].insert(table)
        key = [column.name for column in table.primary_key]
        fresh = {name: insert.excluded[name] for name in rows[0] if name not in key}
        self.session.connection().execute(insert.on_conflict_do_update(index_elements=key, set_=fresh), rows)
