"""Applications as the machine sees them: what a saga asks at its steps, and what it reports.

    works = app_steps.works(ctx, act_ids)              # those that go forward: begun, not ended, nothing wrong
    app_steps.trouble(ctx, act_id, words)              # something went wrong with this one; the others go on
    app_steps.finish(ctx, act_id)

Whatever is reported twice, or for an act that is no longer its application's, does nothing the second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from cloudctl.domain.app_acts import ActKind, AppAct
from cloudctl.domain.app_backups import AppBackup
from cloudctl.domain.apps import App, Words
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.signals import Sentence
from cloudctl.messages import mark
from cloudctl.ports.context import Context
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import app_notices, app_places, app_secrets
from cloudctl.services.app_acts import audited
from cloudctl.services.app_runs import Work
from cloudctl.services.clearings import plain
from cloudctl.services.deliveries import platform_request

NOTHING_STANDS = mark("Nothing of it stands.")
AS_BEFORE = mark("It stands as it did before.")
SCRATCH_STANDS = mark(
    "It stands as it did before. Its test instance may still stand on {host}; the next test takes it away first."
)
PARTS_STAND = mark(
    "Parts of it may stand on {hosts}. `cloudctl apps retry {code}` deploys it over them; "
    "`cloudctl apps retire {code}` takes them down."
)
UNCLEAR_STANDS = mark(
    "On {hosts} it may be half changed, from release {release}. `cloudctl apps restore {code}` puts a backup back; "
    "`cloudctl apps settle {code}` says that a person has mended it."
)
CAUSES = {
    ActKind.BACK_UP: "asked",
    ActKind.UPGRADE: "upgrade",
    ActKind.ROLL_BACK: "upgrade",
    ActKind.MOVE: "move",
    ActKind.RETIRE: "retire",
    ActKind.RESTORE: "restore",
    ActKind.SCALE: "scale",
}
TOLD_WHEN_DONE = {
    ActKind.DEPLOY: "app_running",
    ActKind.UPGRADE: "app_upgraded",
    ActKind.MOVE: "app_moved",
    ActKind.RETIRE: "app_retired",
    ActKind.RESTORE: "app_restored",
}


def begin(ctx: Context, act_ids: Iterable[str]) -> None:
    """Their turn has come; an act that is not its application's any more stays as it is."""
    with reported(ctx, "begin") as uow:
        for app, act in _current(uow, act_ids):
            if act.state == "queued":
                act.advance("begin")
                audited(uow, app, act, "start/app-act")


def works(ctx: Context, act_ids: Iterable[str], *, troubled: bool = False) -> list[Work]:
    """The acts that are under way, without or with something wrong, in the order of the ids."""
    with reported(ctx, "works") as uow:
        found = [(app, act) for app, act in _current(uow, act_ids) if act.state == "running"]
        return [_work(ctx, uow, app, act) for app, act in found if act.troubled == troubled]


def place(ctx: Context, act_id: UUID) -> bool:
    """Its host is on record; False when there is none and it waits."""
    with reported(ctx, str(act_id)) as uow:
        app, act = _one(uow, act_id)
        if act.ended or app.state not in {"planned", "deploying"}:
            return False
        if not uow.apps.places(app.id) and app_places.take(ctx, uow, app) is None:
            why = app_places.why_not(ctx, uow, app).words
            app.advance("wait")
            app.reason, app.stands = why, Sentence(NOTHING_STANDS).words
            act.reason = why
            act.advance("undo", uow.now)
            audited(uow, app, act, "stop/app", reason=why["zh_CN"])
            app_notices.tell_department(uow, app, "app_waiting")
            app_notices.tell_office(uow, app, "app_waiting")
            return False
        if app.state == "planned":
            app.advance("begin")
        return True


def place_apart(ctx: Context, act_id: UUID) -> Words | None:
    """Another host for one that moves, the one it has being left; the reason where there is none."""
    with reported(ctx, str(act_id)) as uow:
        app, act = _one(uow, act_id)
        places = uow.apps.places(app.id)
        if any(place.leaving for place in places):
            return None
        wanted = act.arguments.get("cloud")
        before, app.cloud = app.cloud, wanted or app.cloud
        there = [place.host_id for place in places if not place.balancer]
        taken = app_places.take(ctx, uow, app, apart=there)
        if taken is None:
            app.cloud = before
            return app_places.why_not(ctx, uow, app).words
        for place in places:
            place.leaving = not place.balancer
        return None


def replace_gone(ctx: Context, act_id: UUID) -> Words | None:
    """Another host in the place of one that is gone; the reason where there is none. What stands stays where it is."""
    with reported(ctx, str(act_id)) as uow:
        app, _ = _one(uow, act_id)
        places = list(uow.apps.places(app.id))
        there = {target.id for target in uow.hosts.targets([place.host_id for place in places])}
        gone = [
            place for place in places if place.host_id not in there or place.host_id in _out_of_service(uow, places)
        ]
        for place in gone:
            uow.apps.leave(place)
        if any(not place.balancer for place in places if place not in gone):
            return None
        app.order_id = None
        if app_places.take(ctx, uow, app, apart=[place.host_id for place in gone]) is None:
            return app_places.why_not(ctx, uow, app).words
        return None


def trouble(ctx: Context, act_id: UUID, words: Words | str) -> None:
    """Something went wrong: it does not go forward. The first reason stays."""
    with reported(ctx, str(act_id)) as uow:
        act = uow.app_acts.lock(act_id)
        if act.state == "running" and not act.troubled:
            act.reason = plain(words) if isinstance(words, str) else dict(words)


def ready(ctx: Context, work: Work) -> None:
    """It is put on the hosts where it is to stand."""
    with reported(ctx, str(work.act.id)) as uow:
        for place in uow.apps.places(work.app.id):
            if not place.balancer and not place.leaving:
                place.ready = True


def backed_up(ctx: Context, work: Work, answer: dict[str, Any]) -> UUID:
    """The snapshot is in the store; a second report of it adds nothing."""
    with reported(ctx, str(work.act.id)) as uow:
        app, act = _one(uow, work.act.id)
        there = uow.app_backups.of_act(act.id)
        if there is None:
            there = AppBackup(
                app_id=app.id, department_id=app.department_id, act_id=act.id, snapshot=str(answer["snapshot"]),
                release=app.release or app.wanted,
                cause=str(act.arguments.get("cause") or CAUSES.get(act.kind, "asked")),
                size_bytes=_size(answer), taken_at=uow.now, created_at=uow.now,
                keep_until=today_for_people(uow.now) + timedelta(days=ctx.limits.apps.backup_days),
            )  # fmt: skip
            uow.app_backups.add(there)
            audited(uow, app, act, "create/app-backup", snapshot=there.snapshot, size_bytes=there.size_bytes)
        if act.kind is not ActKind.RESTORE:
            act.backup_id = there.id
        return there.id


def backup_of(ctx: Context, work: Work) -> AppBackup | None:
    """The backup that an act took, or is to put back."""
    if work.act.backup_id is None:
        return None
    with reported(ctx, str(work.act.id)) as uow:
        return uow.app_backups.get(work.act.backup_id)


def inherit(ctx: Context, act_id: UUID) -> None:
    """It has the passwords that go with the content of a backup that another one left; with its own, nothing."""
    with reported(ctx, str(act_id)) as uow:
        app, act = _one(uow, act_id)
        if act.backup_id is None or act.ended:
            return
        left_by = uow.apps.get(uow.app_backups.get(act.backup_id).app_id)
        if left_by.id != app.id:
            app_secrets.take_over(ctx, uow, app, left_by)


def kept_for(ctx: Context, work: Work, backup: AppBackup) -> App:
    """The application in whose part of the store a backup is."""
    with reported(ctx, str(work.act.id)) as uow:
        return uow.apps.get(backup.app_id)


def app_of(ctx: Context, work: Work) -> App:
    """The application itself, where the work is for an instance beside it."""
    with reported(ctx, str(work.act.id)) as uow:
        return uow.apps.get(work.act.app_id)


def left(ctx: Context, work: Work, hosts: Sequence[UUID]) -> None:
    """It stands on these hosts no longer."""
    with reported(ctx, str(work.act.id)) as uow:
        for place in uow.apps.places(work.app.id):
            if place.host_id in hosts:
                uow.apps.leave(place)


def come_back(ctx: Context, act_id: UUID) -> None:
    """It does not move after all: where it was is where it stands."""
    with reported(ctx, str(act_id)) as uow:
        app, _ = _one(uow, act_id)
        for place in uow.apps.places(app.id):
            place.leaving = False


def going(ctx: Context, act_id: UUID) -> None:
    """From here on it is not as it was before, whatever comes."""
    with reported(ctx, str(act_id)) as uow:
        uow.app_acts.lock(act_id).changed = True


def harmless(ctx: Context, act_id: UUID) -> None:
    """What was to change it was refused before anything was touched."""
    with reported(ctx, str(act_id)) as uow:
        uow.app_acts.lock(act_id).changed = False


def turn_back(ctx: Context, act_id: UUID) -> None:
    """An upgrade is being rolled back."""
    with reported(ctx, str(act_id)) as uow:
        app, act = _one(uow, act_id)
        if app.state == "upgrading":
            app.advance("roll_back")
            app.reason = dict(act.reason)
            audited(uow, app, act, "start/app-roll-back", reason=act.reason.get("zh_CN"))


def finish(ctx: Context, act_id: UUID) -> None:
    """Done, and its checks answered where it still runs."""
    with reported(ctx, str(act_id)) as uow:
        app, act = _one(uow, act_id)
        if act.ended:
            return
        if act.kind in {ActKind.DEPLOY, ActKind.UPGRADE, ActKind.ROLL_BACK, ActKind.RESTORE}:
            previous = app.release
            app.release = act.to_release or app.release or app.wanted
            app.wanted = app.release
            if previous != app.release:
                app.previous_release = previous if act.kind is ActKind.UPGRADE else None
        _ended(uow, app, act, "finish", "finish")
        app.running_since = app.running_since or (uow.now if app.state == "running" else None)
        if act.kind is ActKind.SCALE:
            app.instances = sum(not place.balancer for place in uow.apps.places(app.id))
        if act.kind is ActKind.RETIRE:
            app.certificate = app.certificate_until = app.running_since = None
            app_secrets.forget(ctx, uow, app)
        told = TOLD_WHEN_DONE.get(act.kind)
        if told is not None:
            app_notices.tell_department(uow, app, told, reason=None, **_said(ctx, uow, act))


def rolled_back(ctx: Context, act_id: UUID) -> None:
    """The upgrade did not answer its checks; the release before runs again, and does."""
    with reported(ctx, str(act_id)) as uow:
        app, act = _one(uow, act_id)
        if act.ended:
            return
        why = dict(act.reason)
        app.wanted = app.release or app.wanted
        _ended(uow, app, act, "finish", "roll_back")
        app_notices.tell_department(uow, app, "app_rolled_back", reason=why)
        app_notices.tell_operations(uow, app, "app_rolled_back", reason=why)


def stop(ctx: Context, act_id: UUID, reason: str = "") -> None:
    """It could not be done: as before where nothing was changed, gone where it was undone, else for a person."""
    with reported(ctx, str(act_id)) as uow:
        app, act = _one(uow, act_id)
        if act.ended:
            return
        if not act.troubled:
            act.reason = plain(reason)
        if act.kind is ActKind.DEPLOY:
            _stop_deployment(uow, app, act)
        elif not act.changed and act.was in {"running", "retired"}:
            act.stands = _as_before(uow, app)
            _ended(uow, app, act, "abandon", "undo")
            app_notices.tell_operations(uow, app, "app_undone", reason=act.reason)
            if act.kind is not ActKind.FORGET:
                app_notices.tell_department(uow, app, "app_undone", reason=act.reason)
        else:
            _park(uow, app, act, UNCLEAR_STANDS)


def _stop_deployment(uow: UnitOfWork, app: App, act: AppAct) -> None:
    if app.state == "planned" or not uow.apps.places(app.id):
        app.advance("fail")
    else:
        _park(uow, app, act, PARTS_STAND if app.release is None else UNCLEAR_STANDS)
        return
    app.reason = dict(act.reason)
    app.stands = act.stands = Sentence(NOTHING_STANDS).words
    act.advance("undo" if act.state in {"queued", "running"} else "park", uow.now)
    audited(uow, app, act, "stop/app", reason=act.reason.get("zh_CN"))
    app_notices.tell_department(uow, app, "app_failed", reason=act.reason)
    app_notices.tell_operations(uow, app, "app_failed", reason=act.reason)


def _as_before(uow: UnitOfWork, app: App) -> Words:
    scratch = uow.apps.scratch(app.id)
    if scratch is None:
        return Sentence(AS_BEFORE).words
    host = next((host.name for host in uow.hosts.targets([scratch.host_id])), "-")
    return Sentence(SCRATCH_STANDS, {"host": host}).words


def _park(uow: UnitOfWork, app: App, act: AppAct, stands: str) -> None:
    hosts = uow.hosts.targets([place.host_id for place in uow.apps.places(app.id)])
    params = {
        "hosts": ", ".join(host.name for host in hosts) or "-", "code": app.code, "release": app.release or app.wanted,
    }  # fmt: skip
    act.stands = Sentence(stands, params).words
    app.advance("park")
    app.reason, app.stands = dict(act.reason), dict(act.stands)
    act.advance("park", uow.now)
    audited(uow, app, act, "stop/app", reason=act.reason.get("zh_CN"))
    app_notices.tell_operations(uow, app, "app_attention", reason=act.reason, stands=act.stands["zh_CN"])
    app_notices.tell_department(uow, app, "app_attention", reason=act.reason, stands=act.stands["zh_CN"])


def _ended(uow: UnitOfWork, app: App, act: AppAct, event: str, act_event: str) -> None:
    if app.busy:  # what is retired stays so while its backups are seen to
        app.advance(event)
    app.at_ease()
    act.advance(act_event, uow.now)
    audited(uow, app, act, "update/app", reason=act.reason.get("zh_CN"))


def _said(ctx: Context, uow: UnitOfWork, act: AppAct) -> dict[str, str]:
    """What some notices say beside what all of them do."""
    if act.kind is ActKind.RESTORE and act.backup_id is not None:
        return {"day": uow.app_backups.get(act.backup_id).taken_at.date().isoformat()}
    return {"days": str(ctx.limits.apps.backup_days)} if act.kind is ActKind.RETIRE else {}


def _out_of_service(uow: UnitOfWork, places: Sequence[Any]) -> set[UUID]:
    found = uow.hosts.targets([place.host_id for place in places])
    return {target.id for target in found if target.life.value != "in_service"}


def _size(answer: dict[str, Any]) -> int | None:
    size = answer.get("size_bytes", answer.get("bytes"))
    return int(size) if size is not None else None


def _current(uow: UnitOfWork, act_ids: Iterable[str]) -> list[tuple[App, AppAct]]:
    """The acts that their applications are in the hands of."""
    found = [_one(uow, UUID(act_id)) for act_id in act_ids]
    return [(app, act) for app, act in found if app.act_id == act.id]


def _one(uow: UnitOfWork, act_id: UUID) -> tuple[App, AppAct]:
    act = uow.app_acts.get(act_id)
    return uow.apps.lock(act.app_id), uow.app_acts.lock(act_id)


def _work(ctx: Context, uow: UnitOfWork, app: App, act: AppAct) -> Work:
    places = tuple(uow.apps.places(app.id))
    return Work(
        act=act, app=app, blueprint=ctx.blueprints.named(app.blueprint),
        department=uow.departments.get(app.department_id), places=places,
        targets={target.id: target for target in uow.hosts.targets([place.host_id for place in places])},
    )  # fmt: skip


def reported(ctx: Context, what: str) -> UnitOfWork:
    """A transaction of the platform's own."""
    return ctx.unit_of_work(platform_request(f"app:{what}"))
