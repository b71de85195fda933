"""Backups of applications by the plans of `policies/backups.yaml`: taken and tried; what could not be brought back.

look_after(ctx, platform("job:app-backups"))         # a regular job: what is due is backed up, tried, forgotten
unrestorable(ctx, request)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import Permission
from cloudctl.domain.app_acts import ActKind
from cloudctl.domain.apps import App
from cloudctl.domain.backup_plans import BackupPlan, proven_at, why_not
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import Conflict
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import app_changes, app_retention

AT_ONCE = 20
"""So many are begun by one round: a city's sites do not all go to the store in the same minute."""
TESTS_AT_ONCE = 5
TESTED_AGAIN_AFTER = timedelta(hours=24)
"""A test that could not be made is not begun again before."""
SCHEDULE = "schedule"


class Unrestorable(msgspec.Struct, frozen=True, kw_only=True):
    """An application that could not be brought back, or of which nobody has proven that it could; why, by locale.

    `last_test` says what went wrong with its last test restore; empty where that went well, or none was made.
    """

    id: UUID
    code: str
    name: str
    department: str
    plan: str
    reason: dict[str, str]
    last_test: dict[str, str]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Of `looked_at` applications, those that are `unrestorable`."""

    looked_at: int
    unrestorable: list[Unrestorable]


def look_after(ctx: Context, request: Request) -> int:
    """Begins what is due of all that keeps applications restorable; answers how many acts were begun."""
    return (
        back_up_due(ctx, request) + prove_due(ctx, request) + app_retention.forget_due(ctx, request)
    )  # fmt: skip


def back_up_due(ctx: Context, request: Request) -> int:
    """Begins the backups whose time has come; answers how many. Without a store for backups there are none."""
    request.actor.require(Permission.APPS_WRITE)
    if not ctx.limits.apps.backups:
        return 0
    with ctx.unit_of_work(request) as uow:
        running = [app for app in uow.apps.serving() if app.state == "running"]
        due = [app.id for app in running if _due(ctx, uow, app)]
    return _begun(due[:AT_ONCE], lambda key: app_changes.back_up(ctx, request, key, cause=SCHEDULE))


def prove_due(ctx: Context, request: Request) -> int:
    """Begins the test restores whose time has come; answers how many."""
    request.actor.require(Permission.APPS_WRITE)
    if not ctx.limits.apps.backups:
        return 0
    with ctx.unit_of_work(request) as uow:
        running = [app for app in uow.apps.serving() if app.state == "running"]
        due = [app.id for app in running if _unproven(ctx, uow, app)]
    return _begun(due[:TESTS_AT_ONCE], lambda key: app_changes.prove(ctx, request, key))


def unrestorable(ctx: Context, request: Request) -> Report:
    """The applications of what the actor sees that could not be brought back, each with the reason."""
    request.actor.require(Permission.APPS_READ)
    found = []
    with ctx.unit_of_work(request) as uow:
        mine = [app for app in uow.apps.serving() if request.actor.sees(app.department_id)]
        for app in mine:
            plan = _plan(ctx, uow, app)
            reason = why_not(uow.app_backups.of_app(app.id), plan, uow.now)
            if reason is not None:
                found.append(
                    Unrestorable(
                        id=app.id, code=app.code, name=app.name, plan=plan.name, reason=reason.words,
                        last_test=_last_test(uow, app),
                        department=uow.departments.get(app.department_id).code,
                    )
                )  # fmt: skip
    return Report(looked_at=len(mine), unrestorable=found)


def _due(ctx: Context, uow: UnitOfWork, app: App) -> bool:
    """Whether its plan asks for one now; backups of the schedule get the plan's time of keeping on the way."""
    plan = _plan(ctx, uow, app)
    backups = uow.app_backups.of_app(app.id)
    for backup in backups:
        if backup.cause == SCHEDULE and backup.state != "purged":
            backup.keep_until = today_for_people(backup.taken_at) + timedelta(days=plan.keep_days)
    last = max((backup.taken_at for backup in backups), default=None)
    return plan.due(_tried(uow, app, ActKind.BACK_UP, last), uow.now)


def _unproven(ctx: Context, uow: UnitOfWork, app: App) -> bool:
    """Whether its plan asks for a test restore now, and there is something to try."""
    backups = uow.app_backups.of_app(app.id)
    tried = _tried(uow, app, ActKind.PROVE)
    return (
        any(backup.restorable for backup in backups)
        and _plan(ctx, uow, app).unproven(proven_at(backups), uow.now)
        and (tried is None or uow.now - tried >= TESTED_AGAIN_AFTER)
    )


def _last_test(uow: UnitOfWork, app: App) -> dict[str, str]:
    tests = [act for act in uow.app_acts.of_app(app.id) if act.kind is ActKind.PROVE and act.ended]
    return dict(tests[0].reason) if tests else {}


def _tried(uow: UnitOfWork, app: App, kind: ActKind, last: datetime | None = None) -> datetime | None:
    """When one was begun last, well or not: one that fails is not tried again every minute."""
    begun = [act.created_at for act in uow.app_acts.of_app(app.id) if act.kind is kind]
    return max([*begun, *([last] if last else [])], default=None)


def _begun(keys: Iterable[UUID], begin: Callable[[UUID], App]) -> int:
    """How many could be begun: where something is being done by now, the next round looks again."""
    count = 0
    for key in keys:
        with suppress(Conflict):
            begin(key)
            count += 1
    return count


def _plan(ctx: Context, uow: UnitOfWork, app: App) -> BackupPlan:
    return ctx.backup_plans.of(app.blueprint, uow.systems.get(app.system_id).mlps_level)
