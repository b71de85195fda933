"""Maintenance (计划维护): windows planned ahead, within the change calendar; their time does not count as down.

plan(ctx, request, name="升级", starts_at=..., ends_at=..., zones=["extranet"], apps=[], reason="...")
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from cloudctl.domain.accounts import Account, Permission, Role
from cloudctl.domain.apps import App
from cloudctl.domain.calendars import PEOPLE_ZONE
from cloudctl.domain.errors import Conflict, Frozen, Invalid, NotFound
from cloudctl.domain.freezes import Bound
from cloudctl.domain.maintenance import MaintenanceWindow
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.notices import tell

LONGEST = timedelta(days=7)
OWNERS = (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)


def plan(
    ctx: Context,
    request: Request,
    *,
    name: str,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    zones: list[str],
    apps: list[UUID],
) -> MaintenanceWindow:
    """Puts a window on record and tells the departments; neither zones nor apps means all applications.

    Raises Invalid for one that would have begun, Frozen where a freeze window forbids patches in any part of it.
    """
    actor = request.actor
    actor.require(Permission.CHECKS_WRITE)
    if actor.account_id is None:
        raise Invalid("Maintenance is planned by a person.", field="planned_by", way_out="Log in.")
    if not name.strip() or not reason.strip():
        raise Invalid("Maintenance needs a name and a reason.", field="reason", way_out="Say what is done.")
    with ctx.unit_of_work(request) as uow:
        _check_times(uow, starts_at, ends_at)
        theirs = [_app(uow, key) for key in apps]
        _check_zones(uow, zones)
        _refuse_frozen(uow, starts_at, ends_at, _zones(zones, theirs))
        window = MaintenanceWindow(
            name=name.strip(), starts_at=starts_at, ends_at=ends_at, zones=sorted(set(zones)),
            apps=sorted({app.id for app in theirs}), reason=reason.strip(), planned_by=actor.account_id,
            created_at=uow.now,
        )  # fmt: skip
        uow.maintenance.add(window)
        uow.audit("create/maintenance", "maintenance", window.id, after=_shown(window), reason=window.reason)
        _tell(uow, window, "maintenance_planned")
        return uow.answer(window)


def cancel(
    ctx: Context, request: Request, window_id: UUID, *, reason: str | None = None
) -> MaintenanceWindow:  # fmt: skip
    """Ends a window now, or takes back one to come; again: nothing changes. One that is over is refused."""
    request.actor.require(Permission.CHECKS_WRITE)
    with ctx.unit_of_work(request) as uow:
        window = uow.maintenance.lock(window_id)
        if window.cancelled_at is None:
            if window.ends_at <= uow.now:
                raise Conflict(
                    "The maintenance {name} is over.", way_out="There is nothing to cancel.", name=window.name
                )
            window.cancelled_at = uow.now
            uow.audit("update/maintenance-cancel", "maintenance", window.id, after=_shown(window), reason=reason)
            _tell(uow, window, "maintenance_cancelled")
        return uow.answer(window)


def _check_times(uow: UnitOfWork, starts_at: datetime, ends_at: datetime) -> None:
    for field, moment in (("starts_at", starts_at), ("ends_at", ends_at)):
        if moment.tzinfo is None:
            raise Invalid(
                "The time has no time zone.", field=field,
                way_out="Write it as 2027-03-04T00:00:00+08:00, with its zone.",
            )  # fmt: skip
    if starts_at < uow.now:
        raise Invalid(
            "Maintenance is planned before it begins: what was down stays down in the figures.",
            field="starts_at",
            way_out="Choose a later beginning.",
        )
    if not starts_at < ends_at <= starts_at + LONGEST:
        raise Invalid(
            "Maintenance ends after it begins, within {most} days.", field="ends_at", way_out="Choose another end.",
            most=LONGEST.days,
        )  # fmt: skip


def _check_zones(uow: UnitOfWork, zones: list[str]) -> None:
    for zone in zones:
        try:
            uow.catalogue.zone(zone)
        except NotFound as error:
            error.field = "zones"
            raise


def _app(uow: UnitOfWork, key: UUID) -> App:
    try:
        return uow.apps.get(key)
    except NotFound as error:
        error.field = "apps"
        raise


def _zones(zones: list[str], apps: list[App]) -> set[str]:
    """Where something is done; none: everywhere."""
    return {*zones, *(app.zone for app in apps)}


def _refuse_frozen(uow: UnitOfWork, starts_at: datetime, ends_at: datetime, zones: set[str]) -> None:
    """Raises Frozen where a freeze window and this one have a part in common."""
    for freeze in uow.freezes.ending_after(starts_at):
        if freeze.bars({Bound.PATCHES}, *zones) and freeze.starts_at < ends_at and starts_at < freeze.over_at:
            raise Frozen(
                "The freeze window {name} forbids maintenance from {since} until {until}.",
                way_out="Plan it outside of that time.",
                field="starts_at",
                name=freeze.name,
                since=_for_people(freeze.starts_at),
                until=_for_people(freeze.over_at),
            )


def _tell(uow: UnitOfWork, window: MaintenanceWindow, template: str) -> None:
    """The people of each department that has an application in it, with the applications' names."""
    theirs: dict[UUID, list[App]] = {}
    for app in uow.apps.serving():
        if window.covers(app.id, app.zone):
            theirs.setdefault(app.department_id, []).append(app)
    for department_id, apps in sorted(theirs.items()):
        people: dict[UUID, Account] = {}
        for role in OWNERS:
            people |= {account.id: account for account in uow.accounts.with_role(role, department_id)}
        params = {
            "name": window.name, "since": _for_people(window.starts_at), "until": _for_people(window.ends_at),
            "reason": window.reason, "apps": "、".join(app.name for app in apps),
        }  # fmt: skip
        tell(uow, people.values(), template, params, event=f"{window.id}/{template}")


def _shown(window: MaintenanceWindow) -> dict[str, object]:
    return {
        "name": window.name, "starts_at": window.starts_at, "ends_at": window.ends_at, "zones": list(window.zones),
        "apps": [str(key) for key in window.apps],
    }  # fmt: skip


def _for_people(moment: datetime) -> str:
    return moment.astimezone(PEOPLE_ZONE).strftime("%Y-%m-%d %H:%M")
