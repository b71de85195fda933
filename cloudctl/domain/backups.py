"""Backups: what is kept of a system that is cleared, and its manifest.

A backup is files in the file store, one a disk, and a manifest that names them with the SHA-256 of their bytes. The
digest of the manifest stands for the whole: whoever has it can tell whether a single byte was changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

import msgspec

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle_backups import BACKUPS
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.domain.resources import ResourceKind

BYTES, NETWORK, SERVER = "bytes", "network", "server"
DAYS = 180
"""So long a backup is kept at least."""


@dataclass(kw_only=True, eq=False)
class Backup:
    """The backup of one clearing. `manifest` is the SHA-256 of the manifest's bytes, `keep_days` its policy's."""

    id: UUID = field(default_factory=new_id)
    clearing_id: UUID
    system_id: UUID
    department_id: UUID
    state: str = "taking"
    keep_days: int = DAYS
    manifest: str | None = None
    size_bytes: int | None = None
    taken_at: datetime | None = None
    tested_at: datetime | None = None
    keep_until: date | None = None
    purged_at: datetime | None = None
    created_at: datetime
    version: int = 1

    def seal(self, manifest: str, size_bytes: int, now: datetime) -> None:
        """Everything is in the file store; from here on it is kept."""
        self.state = BACKUPS.next(self.state, "seal")
        self.manifest, self.size_bytes, self.taken_at = manifest, size_bytes, now
        self.keep_until = today_for_people(now) + timedelta(days=self.keep_days)

    def test(self, now: datetime) -> None:
        """A server was built of it and came up."""
        self.state = BACKUPS.next(self.state, "test")
        self.tested_at = now

    def reopen(self) -> None:
        """A disk was written to after it was copied: it is taken anew."""
        self.state = BACKUPS.next(self.state, "reopen")
        self.manifest = self.size_bytes = self.taken_at = self.tested_at = self.keep_until = None

    def purge(self, now: datetime) -> None:
        """Its files are no longer kept."""
        self.state = BACKUPS.next(self.state, "purge")
        self.purged_at = now


@dataclass(kw_only=True, eq=False)
class BackupObject:
    """One disk: a server's root, or a volume. Its id is the key that its copy carries in the cloud.

    `server_id` is the server that it belongs to; `digest` is the SHA-256 of its bytes, None before they are kept.
    """

    id: UUID = field(default_factory=new_id)
    backup_id: UUID
    resource_id: UUID
    kind: ResourceKind
    server_id: UUID
    name: str
    cloud: str
    disk_gib: int
    vcpu: int = 0
    memory_mib: int = 0
    format: str | None = None
    size_bytes: int | None = None
    digest: str | None = None
    taken_at: datetime | None = None

    def part(self, name: str) -> UUID:
        """The key of what is made of it for the test restore: always the same, so that it is found again."""
        return uuid5(self.id, name)

    @property
    def keys(self) -> frozenset[UUID]:
        """Every key that something in the cloud may carry while the disk is copied and tried out."""
        return frozenset((self.id, *(self.part(name) for name in (BYTES, NETWORK, SERVER))))

    @property
    def footprint(self) -> Demand:
        """What it takes in the cloud for a while: a copy of a volume, or a server of the test with its network."""
        if self.kind is ResourceKind.VOLUME:
            return Demand({Dimension.VOLUME_GIB: self.disk_gib})
        return Demand(
            {
                Dimension.SERVERS: 1,
                Dimension.SEGMENTS: 1,
                Dimension.VCPU: self.vcpu,
                Dimension.MEMORY_MIB: self.memory_mib,
                Dimension.VOLUME_GIB: self.disk_gib,
            }
        )

    def keep(self, format: str, size_bytes: int, digest: str, now: datetime) -> None:  # noqa: A002 - the field's name
        """Its bytes are in the file store."""
        self.format, self.size_bytes, self.digest, self.taken_at = format, size_bytes, digest, now

    def forget(self) -> None:
        """What was kept of it is not what is on the disk any more."""
        self.format = self.size_bytes = self.digest = self.taken_at = None


class ManifestLine(msgspec.Struct, frozen=True, kw_only=True):
    """One disk in a manifest."""

    resource: UUID
    kind: str
    server: UUID
    name: str
    cloud: str
    disk_gib: int
    format: str
    size_bytes: int
    sha256: str
    taken_at: datetime


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup consists of; its bytes are always the same for the same backup."""

    clearing: UUID
    system: UUID
    objects: tuple[ManifestLine, ...]

    @property
    def size_bytes(self) -> int:
        """All disks together."""
        return sum(line.size_bytes for line in self.objects)

    def encoded(self) -> bytes:
        """Canonical JSON."""
        return msgspec.json.encode(self, order="deterministic")


def manifest_of(backup: Backup, objects: Sequence[BackupObject]) -> Manifest:
    """The manifest of objects that are all kept."""
    return Manifest(
        clearing=backup.clearing_id,
        system=backup.system_id,
        objects=tuple(_line(each) for each in sorted(objects, key=lambda each: each.resource_id)),
    )


def _line(each: BackupObject) -> ManifestLine:
    assert each.format is not None
    assert each.size_bytes is not None
    assert each.digest is not None
    assert each.taken_at is not None
    return ManifestLine(
        resource=each.resource_id,
        kind=each.kind.value,
        server=each.server_id,
        name=each.name,
        cloud=each.cloud,
        disk_gib=each.disk_gib,
        format=each.format,
        size_bytes=each.size_bytes,
        sha256=each.digest,
        taken_at=each.taken_at,
    )
