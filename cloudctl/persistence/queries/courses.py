"""What happened over a time: changes of class, checks, snapshots of indicators, cases and whether they were on time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Select, Table, and_, bindparam, case, func, or_, select

from cloudctl.domain.evidence import EvidenceKind
from cloudctl.domain.indicators import CLASSES, Counted, Snapshot
from cloudctl.persistence.tables import cases, evidence, indicator_snapshots, rooms_versions, systems_versions
from cloudctl.persistence.types import Instant
from cloudctl.ports.queries.standings import ClassAt, ClassChange

_SINCE, _AT = bindparam("since", type_=Instant), bindparam("at", type_=Instant)
_VERSIONS = {Counted.SYSTEMS: systems_versions, Counted.ROOMS: rooms_versions}


def _changing(versions: Table, noun: Counted) -> Select[Any]:
    """Versions beside the one before, where a field that says what a thing is differs."""
    was, now = versions.alias("was"), versions.alias("now")
    names = sorted(CLASSES[noun])
    both = [table.c[name] for table in (was, now) for name in [*names, "status"]]
    return (
        select(now.c.id, now.c.department_id, was.c.since, was.c.by_name, now.c.since, now.c.by_name, *both)
        .select_from(now.join(was, and_(was.c.id == now.c.id, was.c.version == now.c.version - 1)))
        .where(
            now.c.since > _SINCE,
            now.c.since <= _AT,
            or_(*(was.c[name].is_distinct_from(now.c[name]) for name in names)),
        )
        .order_by(now.c.since, now.c.id)
    )


_CHANGES = {noun: _changing(versions, noun) for noun, versions in _VERSIONS.items()}
_CHECKS = select(func.count(), func.count(case((evidence.c.holds.is_(False), 1)))).where(
    evidence.c.kind == EvidenceKind.CHECK_ANSWERS, evidence.c.created_at > _SINCE, evidence.c.created_at <= _AT
)
_KEPT = (
    select(indicator_snapshots)
    .where(
        indicator_snapshots.c.name.in_(bindparam("names", expanding=True)),
        indicator_snapshots.c.scope == bindparam("scope"),
        indicator_snapshots.c.day.between(bindparam("first"), bindparam("last")),
    )
    .order_by(indicator_snapshots.c.day, indicator_snapshots.c.name, indicator_snapshots.c.version)
)
_CLOSED = and_(cases.c.closed_at.is_not(None), cases.c.closed_at <= _AT)
_ON_TIME = and_(_CLOSED, cases.c.proved_at <= cases.c.due_at)
_OWED = (
    select(cases.c.department_id, func.count(), func.count(case((_ON_TIME, 1))))
    .where(cases.c.created_at <= _AT, cases.c.role.is_(None), or_(_CLOSED, cases.c.due_at <= _AT))
    .group_by(cases.c.department_id)
)


def class_changes(engine: Engine, noun: Counted, since: datetime, at: datetime) -> list[ClassChange]:
    """Where things of a noun changed their class."""
    names = [*sorted(CLASSES[noun]), "status"]
    with engine.connect() as connection:
        rows = connection.execute(_CHANGES[noun], {"since": since, "at": at}).all()
    return [
        ClassChange(
            subject_id=row[0],
            department_id=row[1],
            before=ClassAt(since=row[2], by=row[3], fields=_fields(names, row[6 : 6 + len(names)])),
            after=ClassAt(since=row[4], by=row[5], fields=_fields(names, row[6 + len(names) :])),
        )
        for row in rows
    ]


def checks(engine: Engine, since: datetime, at: datetime, departments: Sequence[UUID] | None) -> tuple[int, int]:
    """How many checks there were, and how many failed."""
    statement = _CHECKS if departments is None else _CHECKS.where(evidence.c.department_id.in_(departments))
    with engine.connect() as connection:
        count, failed = connection.execute(statement, {"since": since, "at": at}).one()
    return count, failed


def snapshots(engine: Engine, names: Sequence[str], scope: str, first: date, last: date) -> list[Snapshot]:
    """What was kept."""
    wanted = {"names": list(names), "scope": scope, "first": first, "last": last}
    with engine.connect() as connection:
        return [Snapshot(**row) for row in connection.execute(_KEPT, wanted).mappings()]


def cases_owed(engine: Engine, at: datetime) -> Mapping[UUID, tuple[int, int]]:
    """(due or closed, proven on time) by department."""
    with engine.connect() as connection:
        return {key: (owed, on_time) for key, owed, on_time in connection.execute(_OWED, {"at": at})}


def _fields(names: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    return {name: getattr(value, "value", value) for name, value in zip(names, values, strict=True)}
