"""What people have done to an application that runs: upgraded, backed up, restored, moved, renewed, retired and so on.

    upgrade(ctx, request, app_id, release="2.0.0")
    restore(ctx, request, app_id, backup_id=...)         # without one: the newest that is not known to be broken

Each is checked before anything is put on record, and carried out by a saga of its own; one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import timedelta
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.app_acts import ActKind, AppAct
from cloudctl.domain.app_backups import AppBackup
from cloudctl.domain.apps import App
from cloudctl.domain.errors import Conflict, Forbidden, Invalid
from cloudctl.domain.freezes import Bound
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import app_places, freezes
from cloudctl.services.app_acts import begin, launch, refuse_busy
from cloudctl.services.apps import own

RENEWED_AT_ONCE = 20


def upgrade(
    ctx: Context, request: Request, app_id: UUID, *, release: str | None = None, expected_version: int | None = None
) -> App:  # fmt: skip
    """Brings it to a release, the newest without one named; backed up first, rolled back where it does not answer."""

    def prepared(uow: UnitOfWork, app: App) -> AppAct:
        blueprint = ctx.blueprints.named(app.blueprint)
        to = blueprint.release(release or blueprint.latest.version).version
        if to == app.release:
            raise Conflict(
                "{code} has the release {release} already.", way_out="Name another one.", code=app.code, release=to
            )
        blueprint.refuse_upgrade(app.release or app.wanted, to)
        return begin(uow, app, ActKind.UPGRADE, event="upgrade", to_release=to)

    return done(ctx, request, app_id, expected_version, prepared, needs_store=True, bound=Bound.PATCHES)


def roll_back(ctx: Context, request: Request, app_id: UUID, *, expected_version: int | None = None) -> App:
    """Brings it back to the release before its last upgrade, with the content that it has now."""

    def prepared(uow: UnitOfWork, app: App) -> AppAct:
        if app.previous_release is None:
            raise Conflict(
                "{code} has no release to go back to.", way_out="Restore a backup: cloudctl apps restore {code}.",
                code=app.code,
            )  # fmt: skip
        return begin(uow, app, ActKind.ROLL_BACK, event="roll_back", to_release=app.previous_release)

    return done(ctx, request, app_id, expected_version, prepared, needs_store=True)


def back_up(
    ctx: Context, request: Request, app_id: UUID, *, cause: str = "asked", expected_version: int | None = None
) -> App:  # fmt: skip
    """Backs it up; raises Conflict where the installation has no store for backups."""

    def prepared(uow: UnitOfWork, app: App) -> AppAct:
        return begin(uow, app, ActKind.BACK_UP, event="back_up", arguments={"cause": cause})

    return done(ctx, request, app_id, expected_version, prepared, needs_store=True)


def prove(
    ctx: Context,
    request: Request,
    app_id: UUID,
    *,
    backup_id: UUID | None = None,
    expected_version: int | None = None,
) -> App:
    """Restores a backup as a test, into an instance beside it that nobody is led to and that is taken away again.

    The newest that is restorable without one named; one that failed its test before may be named.
    """

    def prepared(uow: UnitOfWork, app: App) -> AppAct:
        backup = _chosen(uow, app, backup_id, states=("kept", "verified", "broken"))
        act = begin(uow, app, ActKind.PROVE, event="prove", arguments={"backup": str(backup.id)})
        act.backup_id = backup.id
        return act

    return done(ctx, request, app_id, expected_version, prepared, needs_store=True)


def restore(
    ctx: Context,
    request: Request,
    app_id: UUID,
    *,
    backup_id: UUID | None = None,
    expected_version: int | None = None,
) -> App:
    """Puts a backup back, in the place of what is there now; the newest that is restorable without one named.

    A backup that is named may be what one of the same department and blueprint left when it was retired.
    """

    def prepared(uow: UnitOfWork, app: App) -> AppAct:
        backup = _chosen(uow, app, backup_id, beside=uow.app_backups.left(app.department_id, app.blueprint))
        release, there = app.release or backup.release, _may_have(uow, app)
        act = begin(
            uow, app, ActKind.RESTORE, event="restore", to_release=release, arguments={"backup": str(backup.id)}
        )
        act.backup_id, act.from_release = backup.id, there
        return act

    return done(ctx, request, app_id, expected_version, prepared, needs_store=True)


def move(
    ctx: Context, request: Request, app_id: UUID, *, cloud: str | None = None, expected_version: int | None = None
) -> App:  # fmt: skip
    """Puts it on another host, of another cloud where one is named; raises Conflict where none has room now."""

    def prepared(uow: UnitOfWork, app: App) -> AppAct:
        if app.instances > 1:
            raise Conflict(
                "{code} stands on several hosts.",
                way_out="Scale it to one first: cloudctl apps scale {code} --hosts 1.",
                code=app.code,
            )
        if cloud is not None:
            uow.clouds.by_code(cloud)
        before, app.cloud = app.cloud, cloud or app.cloud
        apart = [place.host_id for place in uow.apps.places(app.id)]
        place = app_places.sought(ctx, uow, app, apart=apart)
        if place.host is None:
            raise Conflict(
                "No other host has room for {code}.",
                field="cloud",
                way_out="See the shared hosts of the zone, or name another cloud: cloudctl hosts list --shared.",
                code=app.code,
            )
        app.cloud = before
        return begin(uow, app, ActKind.MOVE, event="move", to_release=app.release, arguments={"cloud": cloud})

    return done(ctx, request, app_id, expected_version, prepared, needs_store=True, bound=Bound.MIGRATIONS)


def retire(
    ctx: Context,
    request: Request,
    app_id: UUID,
    *,
    reason: str,
    without_backup: str = "",
    expected_version: int | None = None,
) -> App:
    """Takes it down after a last backup; without one only where the office says why, or where it never ran."""

    def prepared(uow: UnitOfWork, app: App) -> AppAct:
        without = without_backup.strip()
        if without and app.release is not None:
            request.actor.require(Permission.APPS_APPROVE)
            if app.asked_by in request.actor.persons:
                raise Forbidden(
                    "Who asked for an application does not have it taken down without a backup.",
                    way_out="Another person of the office has to.",
                )
        if app.release is None:
            without = without or "it never ran"
        if not without:
            _refuse_no_store(ctx)
        return begin(uow, app, ActKind.RETIRE, event="retire", arguments={"reason": reason, "without_backup": without})

    if not reason.strip():
        raise Invalid("It needs a reason.", field="reason", way_out="Say why it is retired.")
    return done(ctx, request, app_id, expected_version, prepared, bound=Bound.RELEASES)


def renew(ctx: Context, request: Request, app_id: UUID, *, expected_version: int | None = None) -> App:
    """Has it show another certificate, before the one that it has would be renewed by itself."""

    def prepared(uow: UnitOfWork, app: App) -> AppAct:
        if app.release is None:
            raise Conflict(
                "{code} has never run: there is nothing that shows a certificate.",
                way_out="Deploy it first: cloudctl apps retry {code}.",
                code=app.code,
            )
        return _renewed(uow, app)

    return done(ctx, request, app_id, expected_version, prepared)


def renew_due(ctx: Context, request: Request) -> int:
    """Has certificates renewed that end soon; answers how many were begun. A regular job."""
    request.actor.require(Permission.APPS_WRITE)
    with ctx.unit_of_work(request) as uow:
        soon = uow.now + timedelta(days=ctx.limits.apps.renew_days)
        due = [uow.apps.lock(app.id) for app in uow.apps.certified_until(soon)[:RENEWED_AT_ONCE]]
        made = [(app, _renewed(uow, app)) for app in due if app.state == "running"]
        launch(ctx, uow, made)
        return len(made)


def _renewed(uow: UnitOfWork, app: App) -> AppAct:
    there = _may_have(uow, app)
    act = begin(uow, app, ActKind.RENEW, event="renew", to_release=app.release)
    act.from_release = there
    return act


def _may_have(uow: UnitOfWork, app: App) -> str | None:
    """The release that some of its hosts may have beside the one on record: the one that a person was called about."""
    if app.state != "attention" or app.act_id is None:
        return app.release
    last = uow.app_acts.get(app.act_id)
    if last.kind in {ActKind.UPGRADE, ActKind.ROLL_BACK}:
        return last.to_release
    return last.from_release if last.kind in {ActKind.RESTORE, ActKind.RENEW} else app.release


def done(
    ctx: Context,
    request: Request,
    app_id: UUID,
    expected_version: int | None,
    prepared: Callable[[UnitOfWork, App], AppAct],
    *,
    needs_store: bool = False,
    bound: Bound | None = None,
) -> App:
    """Puts what `prepared` begins on record and into the queue, where nothing else is done to the application."""
    request.actor.require(Permission.APPS_WRITE)
    with ctx.unit_of_work(request) as uow:
        app = own(uow, request, app_id, expected_version)
        refuse_busy(app)
        if needs_store:
            _refuse_no_store(ctx)
        if bound is not None:
            freezes.refuse_frozen(uow, {bound}, app.zone)
        act = prepared(uow, app)
        launch(ctx, uow, [(app, act)])
        return uow.answer(app)


def _chosen(
    uow: UnitOfWork,
    app: App,
    backup_id: UUID | None,
    *,
    states: Collection[str] = ("kept", "verified"),
    beside: Iterable[AppBackup] = (),
) -> AppBackup:
    """The backup to put back: its own, or where one is named also one of those `beside`.

    Raises Invalid for one that is none of these or in another state, Conflict where it has none.
    """
    mine = uow.app_backups.of_app(app.id)
    if backup_id is None:
        found = next((backup for backup in mine if backup.restorable), None)
        if found is None:
            raise Conflict(
                "{code} has no backup that could be put back.", way_out="See: cloudctl apps status {code}.",
                code=app.code,
            )  # fmt: skip
        return found
    found = next((backup for backup in (*mine, *beside) if backup.id == backup_id), None)
    if found is None or found.state not in states:
        raise Invalid(
            "{code} has no such backup that could be put back.",
            field="backup_id",
            way_out="See its backups: cloudctl apps status {code}.",
            code=app.code,
        )
    return found


def _refuse_no_store(ctx: Context) -> None:
    if not ctx.limits.apps.backups:
        raise Conflict(
            "The installation has no store for the backups of applications.",
            way_out="Set apps.backups: a directory that all hosts share, or s3:https://….",
        )
