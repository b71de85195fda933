"""The list of syncs, and what they say of the clouds: how old a cloud's figures are, and how far they hold.

`HEALTH` and `AGE_S` are columns of a statement over `clouds`; they need the parameters that `moment` gives.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Engine,
    Integer,
    and_,
    bindparam,
    case,
    cast,
    func,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from cloudctl.domain.inventory import ObjectKind, ObjectState
from cloudctl.domain.syncs import Health, Rhythm, SyncMode
from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import clouds, inventory_objects, syncs
from cloudctl.persistence.types import Instant
from cloudctl.ports.clock import Clock
from cloudctl.ports.queries.rows import SyncRow

SYNCS = Listed(row=SyncRow, table=syncs)


class seconds_since(FunctionElement[float]):  # noqa: N801 - an SQL function
    """The seconds from a moment until another."""

    inherit_cache = True


@compiles(seconds_since, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    moment, now = (compiler.process(clause, **options) for clause in element.clauses)
    return f"EXTRACT(EPOCH FROM ({now} - {moment}))"


@compiles(seconds_since, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    moment, now = (compiler.process(clause, **options) for clause in element.clauses)
    return f"((julianday({now}) - julianday({moment})) * 86400.0)"


NOW: ColumnElement[datetime] = bindparam("now", type_=Instant)
_HERE = syncs.c.cloud == clouds.c.code
LATEST = (
    select(syncs.c.state)
    .where(_HERE, syncs.c.ended_at.is_not(None))
    .order_by(syncs.c.id.desc())
    .limit(1)
    .correlate(clouds)
    .scalar_subquery()
)
CLEAN_AT = (
    select(func.max(syncs.c.started_at)).where(_HERE, syncs.c.state == "clean").correlate(clouds).scalar_subquery()
)
HEALTH = case(
    (LATEST.is_(None), Health.NEVER.value),
    (LATEST == "failed", Health.UNREACHABLE.value),
    (and_(LATEST == "clean", bindparam("stale_before", type_=Instant) <= CLEAN_AT), Health.FRESH.value),
    else_=Health.STALE.value,
)
AGE_S = cast(func.round(seconds_since(CLEAN_AT, NOW)), Integer)

_OBJECTS = select(
    inventory_objects.c.cloud, inventory_objects.c.kind, inventory_objects.c.state, func.count()
).group_by(inventory_objects.c.cloud, inventory_objects.c.kind, inventory_objects.c.state)  # fmt: skip
_COUNTED_AT = select(func.max(syncs.c.started_at)).where(_HERE, syncs.c.state == "clean", syncs.c.mode == SyncMode.FULL)
_CLOUDS = (
    select(clouds.c.code, _COUNTED_AT.correlate(clouds).scalar_subquery())
    .where(clouds.c.retired.is_(False))
    .order_by(clouds.c.code)
)


def moment(clock: Clock, rhythm: Rhythm) -> dict[str, object]:
    """What statements with HEALTH or AGE_S are told of the present."""
    now = clock.now()
    return {"now": now, "stale_before": now - rhythm.stale_after}


def gauges(engine: Engine, now: datetime) -> dict[str, float]:
    """Objects by cloud, kind and state, and how long ago each cloud was last counted from end to end.

    A cloud that never was has no age; in two statements.
    """
    with engine.connect() as connection:
        counted = {row.code: row[1] for row in connection.execute(_CLOUDS)}
        found = {(cloud, kind, state): n for cloud, kind, state, n in connection.execute(_OBJECTS)}
    samples = {
        f'cloudctl_inventory_objects{{cloud="{code}",kind="{kind}",state="{state}"}}': float(
            found.get((code, kind, state), 0)
        )
        for code in counted
        for kind in ObjectKind
        for state in ObjectState
    }
    ages = {
        f'cloudctl_sync_age_seconds{{cloud="{code}"}}': max((now - at) / timedelta(seconds=1), 0.0)
        for code, at in counted.items()
        if at is not None
    }
    return samples | ages
