"""The monthly report: figures of a month for a scope, and the lists that they are counted from.

    monthly(ctx, request, month="2026-10", scope="city_departments")
    servers(ctx, request, month="2026-10", that=ServersThat.RECLAIMED)       # what a figure was counted from

A month that has not ended is told as far as it has come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import DAY, today_for_people
from cloudctl.domain.errors import Invalid
from cloudctl.domain.indicators import Definition
from cloudctl.domain.register import standing_at
from cloudctl.domain.reports import AppendixRow, Band, CasesThat, Month, Monthly, OrdersThat, ServersThat, band_of
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries.months import Holding, MonthCase, MonthOrder, MonthServer
from cloudctl.services import savings
from cloudctl.services.explanations import moment_of
from cloudctl.services.indicators import Census, Line, lines, scope_for, taken
from cloudctl.services.report_figures import Sources, address, sections

NEEDED = (Permission.SYSTEMS_READ, Permission.RESOURCES_READ, Permission.ORDERS_READ, Permission.CASES_READ)
Row = TypeVar("Row", MonthServer, MonthOrder, MonthCase, Holding)


@dataclass(frozen=True, slots=True)
class Time:
    """A month as far as it has come: from after `since` to `until`."""

    month: Month
    since: datetime
    until: datetime
    ended: bool


@dataclass(frozen=True, slots=True)
class Told:
    """The report, and what its sheets show beside the figures."""

    report: Monthly
    lines: Sequence[Line]
    account: savings.Account


def monthly(ctx: Context, request: Request, *, month: str, scope: str | None = None) -> Told:
    """The report of a month; raises Invalid for a month to come."""
    for permission in NEEDED:
        request.actor.require(permission)
    time = time_of(ctx, month)
    definitions: Sequence[Definition] = ctx.measures.indicators
    census = taken(ctx, time.until, definitions)
    chosen = scope_for(request, census, scope)
    members = census.members(chosen)
    last = min(time.month.last, today_for_people(time.until))
    found = [line for line in lines(census, definitions, chosen, last) if line.in_force]
    account = savings.account(ctx, request, first=time.month.first, last=last, scope=chosen)
    came = {that: _servers(ctx, that, time, members) for that in ServersThat}
    sources = Sources(
        month=str(time.month),
        day=last,
        scope=chosen,
        lines=found,
        versions=definitions,
        servers=came,
        orders={that: _orders(ctx, that, time, members) for that in OrdersThat},
        cases={that: _cases(ctx, that, time, members) for that in CasesThat},
        account=account,
    )
    report = Monthly(
        month=time.month,
        scope=chosen,
        as_of=time.until,
        ended=time.ended,
        sections=tuple(sections(sources)),
        appendix=tuple(_appendix(ctx, time, members, sources)),
    )
    return Told(report, found, account)


def servers(
    ctx: Context,
    request: Request,
    *,
    month: str,
    that: ServersThat,
    scope: str | None = None,
    system: str | None = None,
) -> list[MonthServer]:
    """The servers that came or went in a month, of one system where its code is given."""
    request.actor.require(Permission.RESOURCES_READ)
    time, members = _asked(ctx, request, month, scope)
    return [one for one in _servers(ctx, that, time, members) if system is None or one.system == system]


def orders(
    ctx: Context, request: Request, *, month: str, that: OrdersThat, scope: str | None = None, band: Band | None = None
) -> list[MonthOrder]:
    """The orders to which something happened in a month; of delivered ones, those of a band of delivery times."""
    request.actor.require(Permission.ORDERS_READ)
    if band is not None and that is not OrdersThat.DELIVERED:
        raise Invalid("Only delivered orders have a delivery time.", field="band", way_out="Ask for delivered ones.")
    time, members = _asked(ctx, request, month, scope)
    found = _orders(ctx, that, time, members)
    return [one for one in found if band is None or (one.days is not None and band_of(one.days) is band)]


def cases(ctx: Context, request: Request, *, month: str, that: CasesThat, scope: str | None = None) -> list[MonthCase]:
    """The cases that were opened or closed in a month, or due and open at its end."""
    request.actor.require(Permission.CASES_READ)
    time, members = _asked(ctx, request, month, scope)
    return _cases(ctx, that, time, members)


def holdings(
    ctx: Context, request: Request, *, month: str, scope: str | None = None, system: str | None = None
) -> list[Holding]:
    """What departments had for each system at a month's end."""
    request.actor.require(Permission.RESOURCES_READ)
    time, members = _asked(ctx, request, month, scope)
    held = _among(ctx.queries.months.holdings(time.until), members)
    return [one for one in held if system is None or one.system == system]


def time_of(ctx: Context, month: str) -> Time:
    """From the end of the day before a month's first to the end of its last, or now."""
    asked, today = Month.read(month), today_for_people(ctx.clock.now())
    if asked.first > today:
        raise Invalid("{month} is still to come.", field="month", way_out="Give a month up to this one.", month=month)
    since = standing_at(asked.first - DAY)
    if asked.last < today:
        return Time(asked, since, standing_at(asked.last), ended=True)
    return Time(asked, since, moment_of(ctx, None), ended=False)


def _asked(ctx: Context, request: Request, month: str, scope: str | None) -> tuple[Time, frozenset[UUID] | None]:
    time = time_of(ctx, month)
    census = Census(time.until, (), ctx.queries.standings.departments(time.until), ())
    return time, census.members(scope_for(request, census, scope))


def _servers(ctx: Context, that: ServersThat, time: Time, members: frozenset[UUID] | None) -> list[MonthServer]:
    return _among(ctx.queries.months.servers(that, time.since, time.until), members)


def _orders(ctx: Context, that: OrdersThat, time: Time, members: frozenset[UUID] | None) -> list[MonthOrder]:
    return _among(ctx.queries.months.orders(that, time.since, time.until), members)


def _cases(ctx: Context, that: CasesThat, time: Time, members: frozenset[UUID] | None) -> list[MonthCase]:
    return _among(ctx.queries.months.cases(that, time.since, time.until), members)


def _among(rows: Sequence[Row], members: frozenset[UUID] | None) -> list[Row]:
    return [one for one in rows if members is None or one.department_id in members]


def _appendix(ctx: Context, time: Time, members: frozenset[UUID] | None, sources: Sources) -> list[AppendixRow]:
    """A row per department and system, with what came (asked for or taken over) and went in the month."""
    came = [*sources.servers[ServersThat.OPENED], *sources.servers[ServersThat.TAKEN_OVER]]
    opened = Counter((one.department, one.system) for one in came)
    gone = Counter((one.department, one.system) for one in sources.servers[ServersThat.RECLAIMED])
    return [
        AppendixRow(
            department=one.department,
            department_name=one.department_name,
            system=one.system,
            system_name=one.system_name,
            servers=one.servers,
            vcpu=one.vcpu,
            memory_mib=one.memory_mib,
            opened=opened[one.department, one.system],
            reclaimed=gone[one.department, one.system],
            query=address("reports/holdings", month=sources.month, scope=one.department, system=one.system),
        )
        for one in _among(ctx.queries.months.holdings(time.until), members)
    ]
