"""What happened over a time; implements ports.queries.months.Months.

A server counts as the census counts it (`queries.census`): from when it is on record and a sync has seen it, until it
is gone. So the servers of a month's end are those of its beginning, with what came and without what went.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, and_, bindparam, case, func, or_, select

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.reports import CasesThat, OrdersThat, ServersThat
from cloudctl.persistence.standing import standing
from cloudctl.persistence.tables import (
    cases,
    departments,
    inventory_objects,
    orders,
    progress_lines,
    servers,
    systems,
    systems_versions,
)
from cloudctl.persistence.types import Instant
from cloudctl.ports.queries.months import Holding, MonthCase, MonthOrder, MonthServer

_SINCE, _UNTIL, _AT = (bindparam(name, type_=Instant) for name in ("since", "until", "at"))
_seen = (
    select(inventory_objects.c.resource_id, func.min(inventory_objects.c.first_seen_at).label("first_seen_at"))
    .where(inventory_objects.c.resource_id.is_not(None))
    .group_by(inventory_objects.c.resource_id)
    .subquery("seen")
)
_BEGAN = case((servers.c.created_at > _seen.c.first_seen_at, servers.c.created_at), else_=_seen.c.first_seen_at)


def _within(moment: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(moment > _SINCE, moment <= _UNTIL)


def _servers(at: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Select[Any]:
    s = servers.c
    source = (
        servers.join(_seen, _seen.c.resource_id == s.id)
        .join(departments, departments.c.id == s.department_id)
        .outerjoin(systems, systems.c.id == s.system_id)
        .outerjoin(orders, orders.c.id == s.order_id)
    )
    columns = s.id, s.name, s.cloud, s.zone, s.vcpu, s.memory_mib, s.department_id
    named = departments.c.code.label("department"), systems.c.code.label("system"), orders.c.number.label("order")
    return select(*columns, *named, at.label("at")).select_from(source).where(_within(at), *conditions).order_by(s.id)


_SERVERS = {
    ServersThat.OPENED: _servers(_BEGAN, servers.c.order_id.is_not(None)),
    ServersThat.TAKEN_OVER: _servers(_BEGAN, servers.c.order_id.is_(None)),
    ServersThat.RECLAIMED: _servers(servers.c.gone_at, _BEGAN <= _UNTIL),
}


def _orders(at: ColumnElement[Any], source: Any = orders, group: bool = False) -> Select[Any]:
    o = orders.c
    own = o.id, o.number, o.title, o.department_id, departments.c.code.label("department")
    times = o.submitted_at, o.delivered_at
    joined = source.join(departments, departments.c.id == o.department_id)
    if not group:
        return select(*own, at.label("at"), *times).select_from(joined).where(_within(at)).order_by(o.id)
    first = func.min(at, type_=Instant).label("at")
    return select(*own, first, *times).select_from(joined).where(_within(at)).group_by(*own, *times).order_by(o.id)


def _turned(state: str) -> Select[Any]:
    """Orders whose progress says that they came to a state."""
    source = orders.join(
        progress_lines, and_(progress_lines.c.order_id == orders.c.id, progress_lines.c.state == state)
    )
    return _orders(progress_lines.c.at, source, group=True)


_ORDERS = {
    OrdersThat.SUBMITTED: _orders(orders.c.submitted_at),
    OrdersThat.DELIVERED: _orders(orders.c.delivered_at),
    OrdersThat.ATTENTION: _turned("attention"),
    OrdersThat.FAILED: _turned("failed"),
}


def _cases(at: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Select[Any]:
    c = cases.c
    own = c.id, c.number, c.title, c.department_id, departments.c.code.label("department"), c.due_on
    source = cases.join(departments, departments.c.id == c.department_id)
    return select(*own, at.label("at")).select_from(source).where(*conditions).order_by(c.id)


_CASES = {
    CasesThat.OPENED: _cases(cases.c.created_at, _within(cases.c.created_at)),
    CasesThat.CLOSED: _cases(cases.c.closed_at, _within(cases.c.closed_at)),
    CasesThat.OVERDUE: _cases(
        cases.c.due_at,
        cases.c.created_at <= _UNTIL,
        cases.c.due_at <= _UNTIL,
        or_(cases.c.closed_at.is_(None), cases.c.closed_at > _UNTIL),
    ),
}

_held = (
    select(
        servers.c.department_id, servers.c.system_id, func.count().label("servers"),
        func.sum(servers.c.vcpu).label("vcpu"), func.sum(servers.c.memory_mib).label("memory_mib"),
    )
    .select_from(servers.join(_seen, _seen.c.resource_id == servers.c.id))
    .where(_BEGAN <= _AT, or_(servers.c.gone_at.is_(None), servers.c.gone_at > _AT))
    .group_by(servers.c.department_id, servers.c.system_id)
    .subquery("held")
)  # fmt: skip
_v = systems_versions.c
_FIGURES = [func.coalesce(_held.c[name], 0).label(name) for name in ("servers", "vcpu", "memory_mib")]
_WHOSE = departments.c.code.label("department"), departments.c.name.label("department_name")
_OF_SYSTEMS = (
    select(_v.department_id, *_WHOSE, _v.code.label("system"), _v.name.label("system_name"), *_FIGURES)
    .select_from(
        systems_versions.join(departments, departments.c.id == _v.department_id).outerjoin(
            _held, and_(_held.c.system_id == _v.id, _held.c.department_id == _v.department_id)
        )
    )
    .where(standing(systems_versions))
)
_OTHERS = (
    select(
        _held.c.department_id, *_WHOSE, systems.c.code.label("system"), systems.c.name.label("system_name"), *_FIGURES
    )
    .select_from(
        _held.join(departments, departments.c.id == _held.c.department_id)
        .outerjoin(systems, systems.c.id == _held.c.system_id)
        .outerjoin(
            systems_versions,
            and_(_v.id == _held.c.system_id, _v.department_id == _held.c.department_id, standing(systems_versions)),
        )
    )
    .where(_v.id.is_(None))
)
_HOLDINGS = _OF_SYSTEMS.union_all(_OTHERS).order_by("department", "system")


@dataclass(frozen=True, slots=True)
class MonthReader:
    """Implements ports.queries.months.Months on one database."""

    engine: Engine

    def servers(self, that: ServersThat, since: datetime, until: datetime) -> Sequence[MonthServer]:
        return [MonthServer(**row) for row in self._rows(_SERVERS[that], since, until)]

    def orders(self, that: OrdersThat, since: datetime, until: datetime) -> Sequence[MonthOrder]:
        return [MonthOrder(**row, days=_days(row)) for row in self._rows(_ORDERS[that], since, until)]

    def cases(self, that: CasesThat, since: datetime, until: datetime) -> Sequence[MonthCase]:
        return [MonthCase(**row) for row in self._rows(_CASES[that], since, until)]

    def holdings(self, at: datetime) -> Sequence[Holding]:
        with self.engine.connect() as connection:
            return [Holding(**row) for row in connection.execute(_HOLDINGS, {"at": at}).mappings()]

    def _rows(self, statement: Select[Any], since: datetime, until: datetime) -> Sequence[Any]:
        with self.engine.connect() as connection:
            return connection.execute(statement, {"since": since, "until": until}).mappings().all()


def _days(row: Any) -> int | None:
    """Days of the people's calendar from submission to delivery, at least one."""
    if row["submitted_at"] is None or row["delivered_at"] is None:
        return None
    return max(1, (today_for_people(row["delivered_at"]) - today_for_people(row["submitted_at"])).days)
