"""The stored telemetry as scans read it: rosters at once, parts one after the other, through one statement each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Engine, Select, bindparam, null, select

from cloudctl.domain.inventory import ObjectKind, ObjectState
from cloudctl.domain.metrics import Metric
from cloudctl.domain.telemetry import DayRead
from cloudctl.persistence.tables import (
    inventory_objects,
    telemetry_dates,
    telemetry_parts,
    telemetry_reads,
    telemetry_rosters,
)
from cloudctl.persistence.types import Instant
from cloudctl.ports.histograms import Stored
from cloudctl.ports.metrics import Target
from cloudctl.ports.queries.telemetry import Span

AT_A_TIME = 32
_p, _d, _o, _r = telemetry_parts.c, telemetry_dates.c, inventory_objects.c, telemetry_reads.c
_MOMENT = bindparam("moment", type_=Instant)
_BETWEEN = (_p.metric.in_(bindparam("metrics", expanding=True)), _p.day.between(bindparam("first"), bindparam("last")))


@cache
def _heads(past: bool) -> Select[Any]:
    """Which parts there are, in order: a scan then reads their bodies lot by lot, and they are still the same."""
    known: ColumnElement[bool] = _p.replaced_at.is_(None)
    if past:
        known = (_p.stored_at <= _MOMENT) & (_p.replaced_at.is_(None) | (_p.replaced_at > _MOMENT))
    what = _p.id, _p.source, _p.metric, _p.day, _p.interval_s, _p.roster
    return select(*what).where(*_BETWEEN, known).order_by(_p.metric, _p.day, _p.source)


_ROSTERS = select(telemetry_rosters.c.digest, telemetry_rosters.c.subjects).where(
    telemetry_rosters.c.digest.in_(bindparam("digests", expanding=True))
)
_FIGURES = select(_p.id, _p.figures, null()).where(_p.id.in_(bindparam("ids", expanding=True)))
_BODIES = select(_p.id, _p.figures, _p.counts).where(_p.id.in_(bindparam("ids", expanding=True)))
_READS = (
    select(telemetry_reads)
    .where(_r.day.between(bindparam("first"), bindparam("last")))
    .order_by(_r.day.desc(), _r.source)
)
_TARGETS = (
    select(_o.id, _o.cloud, _o.facts)
    .where(_o.kind == ObjectKind.SERVER, _o.state == ObjectState.PRESENT)
    .order_by(_o.cloud, _o.native_id)
)
_SUBJECTS = (
    select(_o.resource_id, _o.id)
    .where(_o.kind == ObjectKind.SERVER, _o.resource_id.in_(bindparam("resources", expanding=True)))
    .order_by(_o.first_seen_at)
)


def _read(connection: Connection, statement: Select[Any], ids: Sequence[UUID]) -> Sequence[Any]:
    """The rows of a lot. On PostgreSQL bytes come as they are: as text they would be twice as many, to be decoded."""
    if connection.dialect.name != "postgresql":
        return connection.execute(statement, {"ids": ids}).all()
    driver: Any = connection.connection.driver_connection
    with driver.cursor(binary=True) as cursor:
        rows: Sequence[Any] = cursor.execute(_IN_BINARY[statement], [list(ids)]).fetchall()
        return rows


_IN_BINARY = {
    _FIGURES: "SELECT id, figures, NULL FROM telemetry_parts WHERE id = ANY(%s)",
    _BODIES: "SELECT id, figures, counts FROM telemetry_parts WHERE id = ANY(%s)",
}


@dataclass(frozen=True, slots=True)
class TelemetryReader:
    """Implements `ports.queries.telemetry.Telemetry`."""

    engine: Engine

    def span(
        self,
        metrics: Collection[Metric],
        first: date,
        last: date,
        *,
        counts: bool = True,
        known_at: datetime | None = None,
    ) -> Span:
        given = {"metrics": sorted(metrics), "first": first, "last": last, "moment": known_at}
        with self.engine.connect() as connection:
            heads = connection.execute(_heads(known_at is not None), given).all()
            digests = {"digests": sorted({head.roster for head in heads})}
            rosters = dict(map(tuple, connection.execute(_ROSTERS, digests)))
        return Span(rosters, self._stored(heads, _BODIES if counts else _FIGURES))

    def _stored(self, heads: Sequence[Any], statement: Select[Any]) -> Iterator[Stored]:
        for begin in range(0, len(heads), AT_A_TIME):
            lot = heads[begin : begin + AT_A_TIME]
            with self.engine.connect() as connection:
                rows = _read(connection, statement, [head.id for head in lot])
                bodies = {key: (figures, counts) for key, figures, counts in rows}
            for key, source, metric, day, interval_s, roster in lot:
                if key in bodies:  # what was forgotten meanwhile is not there any more
                    figures, counts = bodies[key]
                    yield Stored(
                        source=source, metric=metric, day=day, interval_s=interval_s, roster=roster, figures=figures,
                        counts=counts,
                    )  # fmt: skip

    def dates(
        self, subjects: Collection[UUID] | None, as_of: date, known_at: datetime | None = None
    ) -> Mapping[UUID, Mapping[Metric, date]]:
        told = select(_d.subject_id, _d.metric, _d.on).where(_d.day <= as_of).order_by(_d.day, _d.on)
        if known_at is not None:
            told = told.where(_d.known_at <= known_at)
        if subjects is not None:
            told = told.where(_d.subject_id.in_(list(subjects)))
        found: dict[UUID, dict[Metric, date]] = defaultdict(dict)
        with self.engine.connect() as connection:
            for subject, metric, on in connection.execute(told):
                found[subject][metric] = on
        return found

    def reads(self, first: date, last: date, source: str | None = None) -> Sequence[DayRead]:
        statement = _READS if source is None else _READS.where(_r.source == source)
        with self.engine.connect() as connection:
            rows = connection.execute(statement, {"first": first, "last": last}).mappings()
            return [DayRead(**row) for row in rows]

    def newest_reads(self) -> Mapping[str, DayRead]:
        newest = select(telemetry_reads).order_by(_r.source, _r.day)
        with self.engine.connect() as connection:
            return {row["source"]: DayRead(**row) for row in connection.execute(newest).mappings()}

    def targets(self, clouds: Collection[str] | None) -> Sequence[Target]:
        statement = _TARGETS if clouds is None else _TARGETS.where(_o.cloud.in_(list(clouds)))
        with self.engine.connect() as connection:
            return [
                Target(
                    id=key, cloud=cloud, native_id=facts.native_id, name=facts.name, addresses=facts.addresses,
                    vcpu=facts.vcpu, memory_mib=facts.memory_mib, created_at=facts.created_at,
                )
                for key, cloud, facts in connection.execute(statement)
            ]  # fmt: skip

    def subjects(self, resources: Collection[UUID]) -> Mapping[UUID, Sequence[UUID]]:
        found: dict[UUID, list[UUID]] = defaultdict(list)
        with self.engine.connect() as connection:
            for resource, subject in connection.execute(_SUBJECTS, {"resources": list(resources)}):
                found[resource].append(subject)
        return found
