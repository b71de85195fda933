"""Availability of applications and departments in a month, against what their blueprints promise; the status page.

report = month(ctx, request, "2026-11")
report.departments[0].share, report.apps[0].kept
now = status(ctx, request)

Both are worked out from the runs of outcomes and the planned windows on record; nothing is kept ready.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import cast
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import Permission
from cloudctl.domain.availability import Availability, Outcome, availability
from cloudctl.domain.calendars import add_months, end_of_day, today_for_people
from cloudctl.domain.checks import DOWN, Cause, Incident
from cloudctl.domain.errors import Invalid
from cloudctl.domain.lifecycle_checks import LOOKED_AT
from cloudctl.domain.maintenance import MaintenanceWindow
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries import PageAsk, scope_of
from cloudctl.ports.queries.checks import AppOutcome

SHOWN_DAYS, COMING_DAYS = 14, 14
MOST = 500
WORST_FIRST = (("down", "disturbed"), ("unknown", "unknown"), ("maintenance", "maintenance"))


class AppAvailability(msgspec.Struct, frozen=True, kw_only=True):
    """Of one application: `share` and `promise` in basis points, None where nothing was measured or promised."""

    id: UUID
    code: str
    name: str
    department_id: UUID
    department: str
    promise: int | None
    share: int | None
    kept: bool | None
    measured_s: int
    planned_s: int
    counted_s: int
    down_s: int


class DepartmentAvailability(msgspec.Struct, frozen=True, kw_only=True):
    """Of a department: the seconds of its applications together; `kept` counts those that kept their promise."""

    id: UUID
    code: str
    apps: int
    kept: int
    broken: int
    share: int | None
    counted_s: int
    down_s: int


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """A month, up to now where it is not over."""

    month: str
    since: datetime
    until: datetime
    apps: list[AppAvailability]
    departments: list[DepartmentAvailability]


class AppStatus(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is well, down, certificate, maintenance or unknown."""

    id: UUID
    code: str
    name: str
    department: str
    state: str


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What a status page shows: `state` is the worst of all: disturbed, unknown, maintenance or well."""

    at: datetime
    state: str
    apps: list[AppStatus]
    incidents: list[Incident]
    maintenance: list[MaintenanceWindow]


def month(ctx: Context, request: Request, name: str | None = None) -> Month:
    """The figures of a month, as 2026-11; the present one without a name. Raises Invalid for one to come."""
    request.actor.require(Permission.CHECKS_READ)
    now = ctx.clock.now()
    first = _first_day(name, today_for_people(now))
    since, until = _begin(first), min(_begin(add_months(first, 1)), now)
    found = ctx.queries.app_outcomes(scope_of(request.actor), since, until)
    windows = _windows(ctx, request, since, until)
    pairs = [_of_app(list(rows), windows, since, until) for _, rows in groupby(found, key=lambda row: row.app_id)]
    measured = [(app, figures) for app, figures in pairs if figures.measured_s]
    departments = [_of_department(list(some)) for _, some in groupby(measured, key=lambda pair: pair[0].department_id)]
    return Month(
        month=first.isoformat()[:7], since=since, until=until, apps=[app for app, _ in pairs], departments=departments
    )


def status(ctx: Context, request: Request) -> Status:
    """How the applications that the caller sees are now, what happened lately, and what is planned."""
    request.actor.require(Permission.CHECKS_READ)
    now, scope = ctx.clock.now(), scope_of(request.actor)
    since = now - timedelta(seconds=ctx.limits.checks.every_s * 3)
    windows = _windows(ctx, request, now - timedelta(days=1), now + timedelta(days=COMING_DAYS))
    running = [window for window in windows if window.open_at(now)]
    found = ctx.queries.app_outcomes(scope, since, now + timedelta(seconds=1))  # what began just now counts
    standing = [row for row in found if row.state in LOOKED_AT]
    apps = [_status(list(rows), running) for _, rows in groupby(standing, key=lambda row: row.app_id)]
    page = ctx.queries.incidents.page(scope, {}, PageAsk(limit=MOST))
    told = [
        one
        for one in cast("list[Incident]", page.items)
        if one.state == "open" or one.opened_at >= now - timedelta(days=SHOWN_DAYS)
    ]
    return Status(
        at=now, state=_overall(apps), apps=apps, incidents=told,
        maintenance=[window for window in windows if window.cancelled_at is None and window.over_at > now],
    )  # fmt: skip


def _of_app(
    rows: Sequence[AppOutcome], windows: Iterable[MaintenanceWindow], since: datetime, until: datetime
) -> tuple[AppAvailability, Availability]:
    row = rows[0]
    planned = [(window.starts_at, window.over_at) for window in windows if window.covers(row.app_id, row.zone)]
    outcomes = [
        Outcome(one.cause in DOWN, one.begun_at, one.until_at)
        for one in rows
        if one.begun_at is not None and one.until_at is not None
    ]
    found = availability(outcomes, planned, since, until)
    share = found.basis_points
    told = AppAvailability(
        id=row.app_id, code=row.code, name=row.name, department_id=row.department_id, department=row.department,
        promise=row.promise, share=share, kept=None if share is None or row.promise is None else share >= row.promise,
        measured_s=found.measured_s, planned_s=found.planned_s, counted_s=found.counted_s, down_s=found.down_s,
    )  # fmt: skip
    return told, found


def _of_department(pairs: Sequence[tuple[AppAvailability, Availability]]) -> DepartmentAvailability:
    app, total = pairs[0]
    for _, figures in pairs[1:]:
        total += figures
    return DepartmentAvailability(
        id=app.department_id, code=app.department, apps=len(pairs), kept=sum(one.kept is True for one, _ in pairs),
        broken=sum(one.kept is False for one, _ in pairs), share=total.basis_points, counted_s=total.counted_s,
        down_s=total.down_s,
    )  # fmt: skip


def _status(rows: Sequence[AppOutcome], running: Sequence[MaintenanceWindow]) -> AppStatus:
    row = rows[0]
    newest = {one.check_id: one.cause for one in rows if one.check_id is not None}  # they come by their beginning
    causes = set(newest.values())
    if any(window.covers(row.app_id, row.zone) for window in running):
        state = "maintenance"
    elif not newest:
        state = "unknown"
    elif causes & DOWN:
        state = "down"
    else:
        state = "certificate" if Cause.CERTIFICATE_ENDING in causes else "well"
    return AppStatus(id=row.app_id, code=row.code, name=row.name, department=row.department, state=state)


def _overall(apps: Iterable[AppStatus]) -> str:
    states = {app.state for app in apps}
    return next((overall for found, overall in WORST_FIRST if found in states), "well")


def _windows(ctx: Context, request: Request, since: datetime, until: datetime) -> list[MaintenanceWindow]:
    with ctx.unit_of_work(request) as uow:
        return list(uow.maintenance.between(since, until))


def _first_day(name: str | None, today: date) -> date:
    if name is None:
        return today.replace(day=1)
    try:
        first = date.fromisoformat(f"{name}-01")
    except ValueError:
        raise Invalid("{name} is no month.", field="month", way_out="Write it as 2026-11.", name=name[:20]) from None
    if first > today:
        raise Invalid("{name} is still to come.", field="month", way_out="Give a month up to this one.", name=name)
    return first


def _begin(day: date) -> datetime:
    return end_of_day(day - timedelta(days=1))
