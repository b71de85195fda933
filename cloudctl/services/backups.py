"""Backups of what is cleared: what belongs into one, what is in the file store, whether it is sound, and when it goes.

    plan = backups.open(ctx, clearing_id)                  # on record; nothing is copied yet
    backups.keep(ctx, each.id, pieces, format="raw")       # a disk's bytes into the file store, then on record
    digest, size = backups.seal(ctx, plan.backup.id)       # the manifest
    backups.verify(ctx, clearing_id)                       # reads every byte again; answers the manifest's digest

A file goes into the store before the record that names it. What no record names is swept away a day later, and so are
the files of a backup that was purged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.backups import Backup, BackupObject, manifest_of
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.clearings import Clearing
from cloudctl.domain.errors import Conflict
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.servers import Server
from cloudctl.domain.volumes import Volume
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import clearings, deliveries
from cloudctl.services.deliveries import platform_request


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A backup with its disks."""

    backup: Backup
    objects: Sequence[BackupObject]


def of_clearing(ctx: Context, request: Request, clearing_id: UUID) -> Copied | None:
    """The backup of a case that the actor sees; None before it was begun."""
    request.actor.require(Permission.CLEARINGS_READ)
    with ctx.unit_of_work(request) as uow:
        clearing = uow.clearings.get(clearing_id)
        found = _found(uow, clearing_id)
    request.actor.require_sight(clearing.department_id, "clearing", clearing_id)
    return found


def load(ctx: Context, clearing_id: UUID) -> Copied | None:
    """The backup of a case, for a saga."""
    with _acting(ctx, clearing_id) as uow:
        return _found(uow, clearing_id)


def open(ctx: Context, clearing_id: UUID) -> Copied:  # noqa: A001 - a backup is opened
    """The backup of a case with every disk that belongs into it, put on record where it is not.

    Where the case counts an earlier one no more, because something ran since, it is reopened: each disk is taken anew.
    """
    with _acting(ctx, clearing_id) as uow:
        clearing = uow.clearings.lock(clearing_id)
        backup = uow.backups.of_clearing(clearing_id) or _begun(uow, clearing)
        known = {each.resource_id for each in uow.backups.objects(backup.id)}
        for server in clearings.servers_of(uow, clearing):
            _expect(uow, backup, server, known)
        if clearing.digest is None and backup.state != "taking":
            backup.reopen()
            for each in uow.backups.objects(backup.id):
                each.forget()
            _audited(uow, clearing, "update/backup-reopen", backup)
        return Copied(backup=backup, objects=uow.backups.objects(backup.id))


def fence(ctx: Context, clearing_id: UUID, server: Server) -> Mapping[Dimension, int]:
    """The limits of the department's project where a server stands, with room for what is tried out there now."""
    with _acting(ctx, clearing_id) as uow:
        return deliveries.fence(uow, server.department_id, server.cloud, server.zone)


def keep(ctx: Context, object_id: UUID, pieces: Iterable[bytes], *, format: str) -> BackupObject:  # noqa: A002
    """Puts a disk's bytes into the file store and its checksum on record; raises Unavailable for a store that is full.

    A disk without a byte is no backup of anything: raises Conflict.
    """
    kept = ctx.files.put_pieces(pieces)
    with _acting(ctx, object_id) as uow:
        each = uow.backups.lock_object(object_id)
        if kept.size_bytes == 0:
            raise Conflict("The copy of {name} is empty.", way_out="Look at it in the cloud.", name=each.name)
        each.keep(format, kept.size_bytes, kept.digest, uow.now)
        backup = uow.backups.get(each.backup_id)
        uow.audit(
            "create/backup-object",
            "backup",
            backup.id,
            department_id=backup.department_id,
            after={"object": each.name, "size_bytes": each.size_bytes, "digest": each.digest},
        )
        return each


def forget(ctx: Context, clearing_id: UUID, server_ids: Iterable[UUID]) -> None:
    """What was kept of these servers is not what is on their disks any more: it is taken anew."""
    servers = set(server_ids)
    with _acting(ctx, clearing_id) as uow:
        found = _found(uow, clearing_id)
        if found is None or found.backup.state != "taking":
            return
        for each in found.objects:
            if each.server_id in servers:
                each.forget()


def seal(ctx: Context, clearing_id: UUID) -> Backup:
    """Writes the manifest of a backup whose disks are all kept; a sealed one is answered. Raises Conflict otherwise."""
    with _acting(ctx, clearing_id) as uow:
        found = _required(uow, clearing_id)
    if found.backup.state != "taking":
        return found.backup
    lacking = [each.name for each in found.objects if each.digest is None]
    if lacking or not found.objects:
        raise Conflict("The backup lacks {names}.", names=", ".join(lacking) or "-", way_out="Have it taken again.")
    manifest = manifest_of(found.backup, found.objects)
    kept = ctx.files.put(manifest.encoded())
    with _acting(ctx, clearing_id) as uow:
        backup = uow.backups.lock(found.backup.id)
        if backup.state == "taking":
            backup.seal(kept.digest, manifest.size_bytes, uow.now)
            _audited(uow, uow.clearings.get(clearing_id), "create/backup", backup)
        return backup


def tested(ctx: Context, clearing_id: UUID) -> Backup:
    """A server was built of it and came up."""
    with _acting(ctx, clearing_id) as uow:
        backup = uow.backups.lock(_required(uow, clearing_id).backup.id)
        if backup.state == "kept":
            backup.test(uow.now)
            _audited(uow, uow.clearings.get(clearing_id), "evaluate/backup", backup)
        return backup


def verify(ctx: Context, clearing_id: UUID) -> str:
    """Reads every byte of a backup again and answers the digest of its manifest; raises Conflict for a flaw."""
    with _acting(ctx, clearing_id) as uow:
        found = _required(uow, clearing_id)
    backup = found.backup
    if backup.manifest is None:
        raise Conflict("There is no whole backup.", way_out="Have it taken again.")
    flaws = [each.name for each in found.objects if each.digest is None or not ctx.files.is_sound(each.digest)]
    written = manifest_of(backup, found.objects).encoded() if not flaws else b""
    if flaws or not ctx.files.is_sound(backup.manifest) or ctx.files.get(backup.manifest) != written:
        raise Conflict(
            "The backup is damaged: {names}. Nothing is deleted.",
            way_out="Put the file back from a copy of the file store and resume the case; else restore the case.",
            names=", ".join(flaws) or "manifest.json",
        )
    return backup.manifest


def purge_due(ctx: Context, request: Request) -> int:
    """Lets go of backups whose retention is over, and of those that no case will need; answers how many.

    Their files go with the next sweep, unless another record names them.
    """
    with ctx.unit_of_work(request) as uow:
        past = uow.backups.past(today_for_people(uow.now))
        for found in past:
            backup = uow.backups.lock(found.id)
            backup.purge(uow.now)
            _audited(uow, uow.clearings.get(backup.clearing_id), "delete/backup", backup)
        return len(past)


def _begun(uow: UnitOfWork, clearing: Clearing) -> Backup:
    policy = uow.campaigns.get(clearing.campaign_id).policy
    backup = Backup(
        clearing_id=clearing.id,
        system_id=clearing.system_id,
        department_id=clearing.department_id,
        keep_days=policy.clock.backup_days,
        created_at=uow.now,
    )
    uow.backups.add(backup)
    return backup


def _expect(uow: UnitOfWork, backup: Backup, server: Server, known: set[UUID]) -> None:
    """A server's root disk and its volumes belong into a backup that is being taken."""
    volumes = [other for other in uow.resources.of_server(server.id) if isinstance(other, Volume)]
    disks: tuple[Server | Volume, ...] = (server, *volumes)
    for disk in disks:
        if disk.id in known or backup.state != "taking":
            continue
        each = BackupObject(
            backup_id=backup.id,
            resource_id=disk.id,
            kind=disk.KIND,
            server_id=server.id,
            name=disk.name,
            cloud=disk.cloud,
            disk_gib=disk.size_gib if isinstance(disk, Volume) else server.root_disk_gib,
            vcpu=0 if isinstance(disk, Volume) else server.vcpu,
            memory_mib=0 if isinstance(disk, Volume) else server.memory_mib,
        )
        uow.backups.add_object(each)


def _found(uow: UnitOfWork, clearing_id: UUID) -> Copied | None:
    backup = uow.backups.of_clearing(clearing_id)
    return None if backup is None else Copied(backup=backup, objects=uow.backups.objects(backup.id))


def _required(uow: UnitOfWork, clearing_id: UUID) -> Copied:
    found = _found(uow, clearing_id)
    if found is None:
        raise Conflict("There is no backup.", way_out="Have it taken.")
    return found


def _acting(ctx: Context, work: UUID) -> UnitOfWork:
    return ctx.unit_of_work(platform_request(f"backup:{work}"))


def _audited(uow: UnitOfWork, clearing: Clearing, action: str, backup: Backup) -> None:
    after: dict[str, object] = {
        "number": clearing.number,
        "state": backup.state,
        "manifest": backup.manifest,
        "size_bytes": backup.size_bytes,
        "keep_until": None if backup.keep_until is None else str(backup.keep_until),
    }
    uow.audit(action, "backup", backup.id, department_id=backup.department_id, after=after)
