"""Test restores: where a backup is tried beside its application, and what came of it on record.

why = place(ctx, act_id)               # a host for the scratch instance; the reason where there is none
work = beside(ctx, work)               # the same work for the scratch instance; None where there is none
proven(ctx, work); broken(ctx, work, words); cleared(ctx, work)

Nobody is led to a scratch instance: it has an address that is in no name server, and no certificate. That a backup is
broken is said only on evidence that it is the backup's fault; whatever else goes wrong leaves it as it was.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from cloudctl.domain.apps import Words, scratch_of
from cloudctl.domain.hosts import HostLife
from cloudctl.domain.signals import Sentence
from cloudctl.messages import mark
from cloudctl.ports.context import Context
from cloudctl.services import app_places
from cloudctl.services.app_acts import audited
from cloudctl.services.app_runs import Work
from cloudctl.services.app_steps import reported

NO_SCRATCH = mark("No host of the zone {zone} has room for a test instance of {code}.")


def place(ctx: Context, act_id: UUID) -> Words | None:
    """A place for the scratch instance, on another host where one has room; the reason where there is none."""
    with reported(ctx, str(act_id)) as uow:
        app = uow.apps.lock(uow.app_acts.get(act_id).app_id)
        if uow.apps.scratch(app.id) is not None or app_places.take_scratch(ctx, uow, app) is not None:
            return None
        return Sentence(NO_SCRATCH, {"zone": app.zone, "code": app.code}).words


def beside(ctx: Context, work: Work) -> Work | None:
    """The work as it is for the scratch instance, with the release of the backup that is tried.

    One whose host has gone meanwhile is taken off the record: nothing can stand there.
    """
    with reported(ctx, str(work.act.id)) as uow:
        place = uow.apps.scratch(work.app.id)
        if place is None:
            return None
        targets = {target.id: target for target in uow.hosts.targets([place.host_id])}
        if all(target.life is not HostLife.IN_SERVICE for target in targets.values()):
            uow.apps.leave(place)
            return None
        backup = uow.app_backups.get(work.act.backup_id) if work.act.backup_id else None
        release = backup.release if backup else work.app.release or work.app.wanted
        return replace(work, app=scratch_of(work.app, release), places=(place,), targets=targets)


def proven(ctx: Context, work: Work) -> None:
    """The backup was restored, and what it holds answered."""
    with reported(ctx, str(work.act.id)) as uow:
        act = uow.app_acts.lock(work.act.id)
        if act.backup_id is None or act.ended:
            return
        backup = uow.app_backups.lock(act.backup_id)
        if backup.verified_at is None or backup.verified_at < act.created_at:
            backup.advance("verify")
            backup.verified_at, backup.reason = uow.now, {}
            audited(uow, work.app, act, "evaluate/app-backup", snapshot=backup.snapshot, backup=backup.state)


def broken(ctx: Context, work: Work, words: Words) -> None:
    """The backup is not what it should be: on record with it, and the act goes no further."""
    with reported(ctx, str(work.act.id)) as uow:
        act = uow.app_acts.lock(work.act.id)
        if act.backup_id is None or act.troubled or act.ended:
            return
        act.reason = dict(words)
        backup = uow.app_backups.lock(act.backup_id)
        backup.advance("break")
        backup.reason = dict(words)
        audited(
            uow, work.app, act, "evaluate/app-backup", reason=words.get("zh_CN"), snapshot=backup.snapshot,
            backup=backup.state,
        )  # fmt: skip


def cleared(ctx: Context, work: Work) -> None:
    """The scratch instance is off its host."""
    with reported(ctx, str(work.act.id)) as uow:
        place = uow.apps.scratch(work.app.id)
        if place is not None:
            uow.apps.leave(place)
