"""Backups of applications whose time is over: which ones, where they are taken out of the store, and that they are.

forget_due(ctx, platform("job:app-backups"))         # begins what is due; a regular job
work = at(ctx, work)                                 # where restic is asked: its own host, else one of the zone
purged(ctx, work)                                    # they are out of the store
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.app_acts import ActKind, AppAct
from cloudctl.domain.app_backups import AppBackup
from cloudctl.domain.apps import App, AppPlace
from cloudctl.domain.backup_plans import over
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.hosts import HostLife
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import app_acts, app_secrets
from cloudctl.services.app_acts import audited
from cloudctl.services.app_runs import Work
from cloudctl.services.app_steps import reported

AT_ONCE = 20
AGAIN_AFTER = timedelta(hours=24)
"""What could not be taken out is not tried again before."""


def forget_due(ctx: Context, request: Request) -> int:
    """Begins to forget what neither a plan nor a promise keeps any longer; answers for how many applications."""
    request.actor.require(Permission.APPS_WRITE)
    if not ctx.limits.apps.backups:
        return 0
    with ctx.unit_of_work(request) as uow:
        past = uow.app_backups.past(today_for_people(uow.now))
        apps = [uow.apps.lock(key) for key in dict.fromkeys(backup.app_id for backup in past)]
        due = [(app, found) for app in apps if _rests(uow, app) and (found := _over(ctx, uow, app))]
        begun = [(app, _begun(uow, app, found)) for app, found in due[:AT_ONCE]]
        app_acts.launch(ctx, uow, begun)
        return len(begun)


def snapshots(ctx: Context, work: Work) -> list[str]:
    """The ids of those that its act is to forget."""
    with reported(ctx, str(work.act.id)) as uow:
        return [backup.snapshot for backup in _meant(uow, work)]


def at(ctx: Context, work: Work) -> Work | None:
    """The work on a host from which the store can be asked; None where the zone has none in service."""
    if work.standing:
        return replace(work, places=tuple(work.standing[:1]))
    with reported(ctx, str(work.act.id)) as uow:
        shared = [room for room in uow.apps.rooms(work.app.zone) if room.shared and room.life is HostLife.IN_SERVICE]
        targets = {target.id: target for target in uow.hosts.targets([room.id for room in shared[:1]])}
        places = tuple(AppPlace(app_id=work.app.id, host_id=key, created_at=uow.now) for key in targets)
    return replace(work, places=places, targets=targets) if places else None


def purged(ctx: Context, work: Work) -> None:
    """They are out of the store, whether they were in it or not; the secret that opened the last goes with it."""
    with reported(ctx, str(work.act.id)) as uow:
        app, act = uow.apps.lock(work.app.id), uow.app_acts.lock(work.act.id)
        for backup in _meant(uow, work):
            backup.advance("purge")
            audited(uow, app, act, "delete/app-backup", snapshot=backup.snapshot, keep_until=str(backup.keep_until))
        if app.state == "retired":
            app_secrets.forget(ctx, uow, app)


def _rests(uow: UnitOfWork, app: App) -> bool:
    """Whether nothing is done to it, and nothing was tried in vain a short while ago."""
    acts = uow.app_acts.of_app(app.id)
    tried = [act.created_at for act in acts if act.kind is ActKind.FORGET]
    settled = app.state in {"running", "retired"} and all(act.ended for act in acts)
    return settled and (not tried or uow.now - max(tried) >= AGAIN_AFTER)


def _over(ctx: Context, uow: UnitOfWork, app: App) -> Sequence[AppBackup]:
    plan = ctx.backup_plans.of(app.blueprint, uow.systems.get(app.system_id).mlps_level)
    backups = uow.app_backups.of_app(app.id)
    return over(backups, plan, today_for_people(uow.now), ended=app.state == "retired")


def _begun(uow: UnitOfWork, app: App, found: Sequence[AppBackup]) -> AppAct:
    event = "forget" if app.state == "running" else None
    arguments = {"backups": [str(backup.id) for backup in found]}
    return app_acts.begin(uow, app, ActKind.FORGET, event=event, arguments=arguments)


def _meant(uow: UnitOfWork, work: Work) -> list[AppBackup]:
    found = [uow.app_backups.lock(UUID(key)) for key in work.act.arguments.get("backups", [])]
    return [backup for backup in found if backup.state != "purged"]
