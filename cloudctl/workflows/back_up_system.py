"""back_up_system: every disk of a system in quarantine into the file store, then a server built of what is there.

copy_disks -> seal_backup -> prepare_test -> test_restore -> clear_test -> finish_test
anything else: tidy_up -> stop_backup

The copy that a cloud makes of a disk is read once and dropped: what is kept is the bytes in the file store, with their
checksums. The test puts those very bytes back, builds each server of them on a network that leads nowhere, and removes
it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from cloudctl.domain.backups import BYTES, BackupObject
from cloudctl.domain.clouds import Capability
from cloudctl.domain.errors import Failed
from cloudctl.domain.exports import ExportFact, ExportRequest, ExportStatus, ImportRequest
from cloudctl.domain.resources import ResourceKind
from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.messages import mark
from cloudctl.ports.context import Context
from cloudctl.services import backups, clearings
from cloudctl.workflows import testing_ground
from cloudctl.workflows.attempts import insist, poll, step
from cloudctl.workflows.clearing import Lot, each, forward, in_turn, lots, require_off, running, told, withheld

NAME = "back_up_system"
NO_HOME = mark("The server of {name} is on record no more: it can neither be copied nor tried out.")


@step
def copy_disks(ctx: Context, clearing_id: str) -> Verdict | None:
    """Disk after disk: copied by the cloud, read into the file store, the copy dropped; what is kept is not redone."""
    mine = lots(ctx, clearing_id)
    backups.forget(ctx, UUID(clearing_id), [lot.server.id for lot in running(mine)])
    each(ctx, require_off, mine)
    found = backups.open(ctx, UUID(clearing_id))
    _set_fences(ctx, clearing_id, mine)
    wanted = [disk for disk in found.objects if disk.digest is None]
    acts = [lambda disk=disk: _copy(ctx, _home(mine, disk), disk) for disk in wanted]
    return in_turn(ctx, clearing_id, NAME, "copy_disks", acts)


@step
def seal_backup(ctx: Context, clearing_id: str) -> Verdict | None:
    """The manifest, and the case is told its digest; nothing may have run meanwhile."""
    if (no := withheld(ctx, clearing_id, NAME, "seal_backup")) is not None:
        return no
    each(ctx, require_off, lots(ctx, clearing_id))
    backup = backups.seal(ctx, UUID(clearing_id))
    assert backup.manifest is not None
    clearings.backed_up(ctx, UUID(clearing_id), digest=backup.manifest, size_bytes=backup.size_bytes or 0)
    return None


@step
def prepare_test(ctx: Context, clearing_id: str) -> Verdict | None:
    """The kept bytes back into the cloud, beside what they are of."""
    mine = lots(ctx, clearing_id)
    acts = [lambda disk=disk: _put_back(ctx, _home(mine, disk), disk) for disk in _roots(ctx, clearing_id)]
    return in_turn(ctx, clearing_id, NAME, "prepare_test", acts)


@step
def test_restore(ctx: Context, clearing_id: str) -> Verdict | None:
    """Each server comes up, of bytes that are those of the manifest."""
    mine = lots(ctx, clearing_id)
    acts = [
        lambda disk=disk: testing_ground.build(_home(mine, disk), disk) for disk in _roots(ctx, clearing_id)
    ]  # fmt: skip
    return in_turn(ctx, clearing_id, NAME, "test_restore", acts)


@step
def clear_test(ctx: Context, clearing_id: str) -> None:
    """Nothing of the test is left."""
    _clear(ctx, clearing_id)


@step
def finish_test(ctx: Context, clearing_id: str) -> None:
    """On record."""
    backup = backups.tested(ctx, UUID(clearing_id))
    _set_fences(ctx, clearing_id, lots(ctx, clearing_id))
    assert backup.manifest is not None
    clearings.restore_tested(ctx, UUID(clearing_id), digest=backup.manifest)


@step
def tidy_up(ctx: Context, clearing_id: str) -> None:
    """Nothing is left in the cloud of a backup that was not finished; what is in the file store stays."""
    _clear(ctx, clearing_id)


@step
def stop_backup(ctx: Context, clearing_id: str, reason: str) -> None:
    """The case decides what follows."""
    clearings.stopped(ctx, UUID(clearing_id), NAME, reason)


def body(steps: Any, clearing_id: str) -> Verdict:
    """Backed up and tested; or nothing is left of it but what is kept already."""
    verdict = forward(steps, clearing_id, FORWARD)
    if verdict["outcome"] == "done":
        return verdict
    tidied: Verdict = steps.tidy_up(clearing_id)
    reason = verdict.get("reason", "")
    if tidied["outcome"] != "done":
        reason = f"{reason} ({tidied.get('reason', '')})"
    return told(verdict, steps.stop_backup(clearing_id, reason))


FORWARD = ("copy_disks", "seal_backup", "prepare_test", "test_restore", "clear_test", "finish_test")
BACK_UP_SYSTEM = Saga(
    name=NAME,
    steps=(
        copy_disks, seal_backup, prepare_test, test_restore, clear_test, finish_test, tidy_up, stop_backup,
    ),
    body=body,
)  # fmt: skip


def _set_fences(ctx: Context, clearing_id: str, mine: Iterable[Lot]) -> None:
    """The cloud's own limits leave room for the copies and the test, and no more once they are done."""
    fenced = [
        lot for lot in mine if lot.server.tenant is None and Capability.BACKEND_QUOTA in lot.site.provider.capabilities
    ]
    for lot in {lot.site.tenant: lot for lot in fenced}.values():
        limits = backups.fence(ctx, UUID(clearing_id), lot.server)
        if limits:
            insist(ctx, lambda lot=lot, limits=limits: lot.site.provider.tenants.set_quota(lot.site.tenant, limits))  # type: ignore[misc]


def _home(mine: Sequence[Lot], disk: BackupObject) -> Lot:
    for lot in mine:
        if lot.server.id == disk.server_id:
            return lot
    raise Failed(NO_HOME, name=disk.name)


def _roots(ctx: Context, clearing_id: str) -> list[BackupObject]:
    found = backups.load(ctx, UUID(clearing_id))
    return [disk for disk in found.objects if disk.kind is ResourceKind.SERVER] if found else []


def _copy(ctx: Context, home: Lot, disk: BackupObject) -> None:
    site, exports = home.site, home.site.provider.exports
    request = ExportRequest(
        key=disk.id,
        tenant=site.tenant,
        name=f"backup of {disk.name}",
        server=home.server.backend_id if disk.kind is ResourceKind.SERVER else None,
        volume=next((volume.backend_id for volume in home.volumes if volume.id == disk.resource_id), None),
    )
    fact = poll(ctx, lambda: _ready(exports.take(request)), f"copy of {disk.name}")
    insist(
        ctx, lambda: backups.keep(ctx, disk.id, exports.read(site.tenant, fact.backend_id), format=fact.format)
    )  # fmt: skip
    insist(ctx, lambda: exports.drop(site.tenant, disk.id))


def _put_back(ctx: Context, home: Lot, disk: BackupObject) -> None:
    """Puts the bytes of the file store into the cloud, and reads them there again."""
    site, exports = home.site, home.site.provider.exports
    digest = disk.digest
    if digest is None or not ctx.files.is_sound(digest):
        raise Failed("What the file store has of {name} is damaged.", name=disk.name)
    request = ImportRequest(
        key=disk.part(BYTES),
        tenant=site.tenant,
        name=f"restore test of {disk.name}",
        size_bytes=disk.size_bytes or 0,
        format=disk.format or "raw",
    )
    fact = insist(ctx, lambda: exports.put(request, ctx.files.pieces(digest)))
    if insist(ctx, lambda: _digest_of(exports.read(site.tenant, fact.backend_id))) != digest:
        raise Failed("What the cloud has of {name} is not what was put into it.", name=disk.name)


def _digest_of(pieces: Iterable[bytes]) -> str:
    whole = sha256()
    for piece in pieces:
        whole.update(piece)
    return whole.hexdigest()


def _ready(fact: ExportFact) -> ExportFact | None:
    if fact.status is ExportStatus.ERROR:
        raise Failed("{fault}", fault=fact.fault or "the cloud gives no reason")
    return fact if fact.status is ExportStatus.READY else None


def _clear(ctx: Context, clearing_id: str) -> None:
    found = backups.load(ctx, UUID(clearing_id))
    mine = lots(ctx, clearing_id)
    for disk in found.objects if found else ():
        home = next((lot for lot in mine if lot.server.id == disk.server_id), None)
        if home is None:
            continue
        if disk.kind is ResourceKind.SERVER:
            testing_ground.clear(home, disk)
        for key in (disk.part(BYTES), disk.id):
            insist(ctx, lambda key=key, home=home: home.site.provider.exports.drop(home.site.tenant, key))  # type: ignore[misc]
