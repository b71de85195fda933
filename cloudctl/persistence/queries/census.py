"""The census: systems, devices and servers as they stood, grouped by department and by what definitions ask for.

One statement a noun, made once for each choice of fields. What the evidence of a system shows is brought to five
columns here (the newest of each kind that still counts); what that comes to is for `governance.consolidation.standing`
alone, so that nothing is judged twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Engine,
    FromClause,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    type_coerce,
)

from cloudctl.domain.evidence import EvidenceKind, Subject
from cloudctl.domain.indicators import Counted
from cloudctl.persistence.standing import standing
from cloudctl.persistence.tables import (
    assessments,
    devices_versions,
    evidence,
    inventory_objects,
    rooms_versions,
    servers,
    systems_versions,
)
from cloudctl.persistence.types import Instant
from cloudctl.ports.queries.standings import ClaimAt, GroupAt, ServerAt

SHOWN = ("synced", "answers", "old_servers", "noisy", "running")
"""What the evidence of a system shows; asked for by the field `verified`."""
_AT = bindparam("at", type_=Instant)
_s, _d = systems_versions, devices_versions


def _newest() -> Subquery:
    """The newest evidence of each kind and part of each system that still counted."""
    counts = evidence.c.created_at <= _AT, evidence.c.observed_at <= _AT, evidence.c.expires_at > _AT
    newest_first = evidence.c.observed_at.desc(), evidence.c.created_at.desc(), evidence.c.id.desc()
    parts = evidence.c.subject_id, evidence.c.kind, evidence.c.about
    place = func.row_number().over(partition_by=parts, order_by=newest_first).label("place")
    return (
        select(*parts, evidence.c.holds, evidence.c.observed_at, place)
        .where(evidence.c.subject_kind == Subject.SYSTEM, *counts)
        .subquery("newest")
    )


def _evidence() -> Subquery:
    """A line a system: what its evidence shows, and between when it was observed."""
    e = _newest()
    old = devices_versions.alias("old")
    silent = and_(old.c.system_id == e.c.subject_id, old.c.code == e.c.about, old.c.status != "running", standing(old))
    loud = and_(e.c.kind == EvidenceKind.TRAFFIC_READING, old.c.id.is_not(None), e.c.holds.is_(False))

    def shows(kind: EvidenceKind) -> ColumnElement[Any]:
        return func.max(case((e.c.kind == kind, cast(e.c.holds, Integer))))

    return (
        select(
            e.c.subject_id,
            shows(EvidenceKind.RESOURCES_SYNCED).label("synced"),
            shows(EvidenceKind.CHECK_ANSWERS).label("answers"),
            shows(EvidenceKind.OLD_SERVERS).label("old_servers"),
            func.max(case((loud, 1), else_=0)).label("noisy"),
            func.min(e.c.observed_at).label("seen_from"),
            func.max(e.c.observed_at).label("seen_until"),
        )
        .select_from(e.outerjoin(old, and_(e.c.kind == EvidenceKind.TRAFFIC_READING, silent)))
        .where(e.c.place == 1)
        .group_by(e.c.subject_id)
        .subquery("shown")
    )


def _shown(of: FromClause = _s) -> tuple[list[ColumnElement[Any]], FromClause, list[ColumnElement[Any]]]:
    """Systems with what their evidence shows: its columns, what they come from, and the times of the evidence."""
    shown = _evidence()
    on = select(_d.c.system_id).where(_d.c.system_id.is_not(None), _d.c.status == "running", standing(_d))
    running = on.group_by(_d.c.system_id).subquery("running")
    what: list[ColumnElement[Any]] = [
        shown.c.synced, shown.c.answers, shown.c.old_servers,
        func.coalesce(shown.c.noisy, 0).label("noisy"),
        case((running.c.system_id.is_not(None), 1), else_=0).label("running"),
    ]  # fmt: skip
    source = of.outerjoin(shown, shown.c.subject_id == _s.c.id).outerjoin(running, running.c.system_id == _s.c.id)
    times: list[ColumnElement[Any]] = [shown.c.seen_from, shown.c.seen_until]
    return what, source, times


def _claims() -> Select[Any]:
    """Each system that is claimed to have moved or ended, with what its evidence shows."""
    what, source, (_, seen_until) = _shown()
    own = _s.c.id, _s.c.department_id, _s.c.code, _s.c.name, _s.c.status
    claimed = _s.c.status.in_(bindparam("claims", expanding=True))
    return select(*own, *what, seen_until).select_from(source).where(standing(_s), claimed).order_by(_s.c.code)


_CLAIMS = _claims()


def claims(engine: Engine, at: datetime, claimed: Collection[str]) -> list[ClaimAt]:
    """What is shown of the systems of which these states are claimed, by code."""
    with engine.connect() as connection:
        return [
            ClaimAt(
                id=key, department_id=department_id, code=code, name=name, claimed=status,
                shown=dict(zip(SHOWN, what, strict=True)), seen_until=seen_until,
            )
            for key, department_id, code, name, status, *what, seen_until in connection.execute(
                _CLAIMS, {"at": at, "claims": sorted(claimed)}
            )
        ]  # fmt: skip


def _systems(fields: frozenset[str], sums: frozenset[str]) -> Select[Any]:
    own: list[ColumnElement[Any]] = [_s.c[name] for name in sorted(fields - {"verified", "assessed"})]
    total = _sums(_s, sums)
    source: FromClause = _s
    if "assessed" in fields:
        decided = and_(assessments.c.system_id == _s.c.id, assessments.c.first_decided_at <= _AT)
        source = source.outerjoin(assessments, decided)
        own.append(assessments.c.id.is_not(None).label("assessed"))
    if "verified" not in fields:
        plain = select(_s.c.department_id, *own, func.count().label("count"), *total).select_from(source)
        return plain.where(standing(_s)).group_by(_s.c.department_id, *own)
    what, source, (seen_from, seen_until) = _shown(source)
    between = func.min(seen_from).label("seen_from"), func.max(seen_until).label("seen_until")
    return (
        select(_s.c.department_id, *own, *what, func.count().label("count"), *total, *between)
        .select_from(source)
        .where(standing(_s))
        .group_by(_s.c.department_id, *own, *what)
    )


def _devices(fields: frozenset[str], sums: frozenset[str]) -> Select[Any]:
    room = rooms_versions.alias("room")
    named: dict[str, ColumnElement[Any]] = {
        "kind": type_coerce(_d.c.kind, Text),
        "status": type_coerce(_d.c.status, Text),
        "virtual_host": _d.c.virtual_host,
        "room_kind": func.coalesce(type_coerce(room.c.kind, Text), "none"),
    }
    own = [named[name].label(name) for name in sorted(fields)]
    return (
        select(_d.c.department_id, *own, func.count().label("count"), *_sums(_d, sums))
        .select_from(_d.outerjoin(room, and_(room.c.id == _d.c.room_id, standing(room))))
        .where(standing(_d))
        .group_by(_d.c.department_id, *(named[name] for name in sorted(fields)))
    )


_IN_USE = servers.join(inventory_objects, inventory_objects.c.resource_id == servers.c.id)
_STOOD = (
    servers.c.created_at <= _AT,
    inventory_objects.c.first_seen_at <= _AT,
    (servers.c.gone_at.is_(None)) | (servers.c.gone_at > _AT),
)
_EACH_SERVER = (
    select(
        inventory_objects.c.id, servers.c.department_id, servers.c.cloud, servers.c.zone, servers.c.vcpu,
        servers.c.memory_mib,
    )
    .select_from(_IN_USE)
    .where(*_STOOD)
)  # fmt: skip


def servers_at(engine: Engine, at: datetime) -> Sequence[ServerAt]:
    """Every server that was in use at a moment, one by one."""
    names = ServerAt.__struct_fields__
    with engine.connect() as connection:
        return [ServerAt(**dict(zip(names, row, strict=True))) for row in connection.execute(_EACH_SERVER, {"at": at})]


def _servers(fields: frozenset[str], sums: frozenset[str]) -> Select[Any]:
    """A server counts from when it is on record and a sync has seen it, until it is gone."""
    named: dict[str, ColumnElement[Any]] = {
        "cloud": servers.c.cloud,
        "zone": servers.c.zone,
        "cpu_band": literal("unknown", Text),
        "memory_band": literal("unknown", Text),
    }
    own = [named[name].label(name) for name in sorted(fields)]
    real = [named[name] for name in sorted(fields & {"cloud", "zone"})]
    return (
        select(servers.c.department_id, *own, func.count().label("count"), *_sums(servers, sums))
        .select_from(_IN_USE)
        .where(*_STOOD)
        .group_by(servers.c.department_id, *real)
    )


def _sums(table: Any, sums: frozenset[str]) -> list[ColumnElement[Any]]:
    return [func.sum(table.c[name]).label(f"sum_{name}") for name in sorted(sums)]


_MADE: dict[Counted, Callable[[frozenset[str], frozenset[str]], Select[Any]]] = {
    Counted.SYSTEMS: _systems,
    Counted.DEVICES: _devices,
    Counted.SERVERS: _servers,
}


@lru_cache(maxsize=64)
def statement(noun: Counted, fields: frozenset[str], sums: frozenset[str]) -> Select[Any]:
    """The census of a noun; `at` is its parameter."""
    return _MADE[noun](fields, sums)


def groups(
    engine: Engine, noun: Counted, at: datetime, fields: frozenset[str], sums: frozenset[str]
) -> Sequence[GroupAt]:
    """The groups of a noun at a moment."""
    question = statement(noun, fields, sums)
    names = [column.name for column in question.selected_columns]
    own = [(place, name) for place, name in enumerate(names) if name in fields or name in SHOWN]
    totals = [(place, name.removeprefix("sum_")) for place, name in enumerate(names) if name.startswith("sum_")]
    count, seen = names.index("count"), [names.index(name) for name in ("seen_from", "seen_until") if name in names]
    with engine.connect() as connection:
        return [
            GroupAt(
                department_id=row[0],
                fields={name: row[place] for place, name in own},
                count=row[count],
                sums={name: None if row[place] is None else float(row[place]) for place, name in totals},
                seen_from=row[seen[0]] if seen else None,
                seen_until=row[seen[1]] if seen else None,
            )
            for row in connection.execute(question, {"at": at})
        ]
