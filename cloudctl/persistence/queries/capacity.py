"""What the clouds have, what of it is taken and in use, and for how long the rest will do: two statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, Engine, Text, bindparam, cast, func, literal, null, select, type_coerce, union_all
from sqlalchemy.orm import Session

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.capacity import FIT_DAYS, lasts_days, trend
from cloudctl.domain.clouds import Cloud
from cloudctl.domain.quotas import Dimension
from cloudctl.persistence.tables import capacity_samples, capacity_sightings, clouds, quotas
from cloudctl.persistence.types import Instant
from cloudctl.ports.clock import Clock
from cloudctl.ports.queries.capacities import Capacity

_NO_DAY, _NO_TIME = cast(null(), Date), cast(null(), Instant)
_FIGURES = union_all(
    select(
        literal("ledger").label("what"),
        quotas.c.cloud,
        quotas.c.zone,
        type_coerce(quotas.c.dimension, Text).label("dimension"),
        _NO_DAY.label("day"),
        _NO_TIME.label("as_of"),
        func.sum(quotas.c.held).label("first"),
        func.sum(quotas.c.committed).label("second"),
    ).group_by(quotas.c.cloud, quotas.c.zone, quotas.c.dimension),
    select(
        literal("sample"),
        capacity_samples.c.cloud,
        capacity_samples.c.zone,
        type_coerce(capacity_samples.c.dimension, Text),
        capacity_samples.c.day,
        _NO_TIME,
        capacity_samples.c.taken,
        literal(0),
    ).where(capacity_samples.c.day > bindparam("since", type_=Date)),
    select(
        literal("sighting"),
        capacity_sightings.c.cloud,
        literal(""),
        type_coerce(capacity_sightings.c.dimension, Text),
        _NO_DAY,
        capacity_sightings.c.as_of,
        capacity_sightings.c.used,
        literal(0),
    ),
)


@dataclass(slots=True)
class _Figures:
    """What was read of one cloud and dimension; by zone where the ledger and the samples have zones."""

    held: dict[str, int] = field(default_factory=dict)
    committed: dict[str, int] = field(default_factory=dict)
    samples: dict[str, list[tuple[date, int]]] = field(default_factory=lambda: defaultdict(list))
    used: int | None = None
    as_of: datetime | None = None

    def taken(self, zone: str) -> int:
        """Held and committed in a zone."""
        return self.held.get(zone, 0) + self.committed.get(zone, 0)

    @property
    def taken_in_all(self) -> int:
        """Held and committed in all zones."""
        return sum(self.held.values()) + sum(self.committed.values())

    @property
    def samples_in_all(self) -> list[tuple[date, int]]:
        """The samples of all zones, summed by day."""
        sums: dict[date, int] = defaultdict(int)
        for points in self.samples.values():
            for day, taken in points:
                sums[day] += taken
        return sorted(sums.items())


def capacity(engine: Engine, clock: Clock, code: str | None = None, zone: str | None = None) -> list[Capacity]:
    """Per cloud in service, zone that it serves and dimension."""
    since = today_for_people(clock.now()) - timedelta(days=FIT_DAYS)
    with Session(engine) as session:
        found = session.scalars(select(Cloud).where(clouds.c.retired.is_(False)).order_by(clouds.c.code)).all()
        figures = _sorted_out(session.execute(_FIGURES, {"since": since}))
    return [
        _row(cloud, where, dimension, figures[cloud.code, dimension])
        for cloud in found
        if code in (None, cloud.code)
        for where in sorted(cloud.zones)
        if zone in (None, where)
        for dimension in Dimension
    ]


def _sorted_out(rows: Iterable[Any]) -> dict[tuple[str, Dimension], _Figures]:
    figures: dict[tuple[str, Dimension], _Figures] = defaultdict(_Figures)
    for what, cloud, zone, dimension, day, as_of, first, second in rows:
        found = figures[cloud, Dimension(dimension)]
        match what:
            case "ledger":
                found.held[zone], found.committed[zone] = int(first), int(second)
            case "sample":
                found.samples[zone].append((day, int(first)))
            case _:
                found.used, found.as_of = int(first), as_of
    return figures


def _row(cloud: Cloud, zone: str, dimension: Dimension, found: _Figures) -> Capacity:
    total, room = cloud.room(dimension), cloud.open_room(dimension, zone, emergency=False)
    free = None if room is None else room - found.taken_in_all
    per_day = trend(found.samples[zone])
    return Capacity(
        cloud=cloud.code,
        zone=zone,
        dimension=dimension,
        total=total,
        kept=None if total is None or room is None else total - room,
        held=found.held.get(zone, 0),
        committed=found.committed.get(zone, 0),
        elsewhere=found.taken_in_all - found.taken(zone),
        free=free,
        used=found.used,
        as_of=found.as_of,
        per_day=None if per_day is None else round(per_day, 3),
        lasts_days=lasts_days(free, trend(found.samples_in_all)),
    )
