"""Backups of what is cleared, and the disks that each consists of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from cloudctl.domain.backups import Backup, BackupObject
from cloudctl.ports.repositories.base import Repository


class Backups(Repository[Backup], Protocol):
    """Backups of what is cleared, and the disks that each consists of."""

    def lock(self, key: UUID) -> Backup:
        """Like `get`, and no other transaction can change it until this one ends."""
        ...

    def of_clearing(self, clearing_id: UUID) -> Backup | None:
        """The backup of a case."""
        ...

    def objects(self, backup_id: UUID) -> Sequence[BackupObject]:
        """The disks of a backup, servers before volumes, by name."""
        ...

    def add_object(self, each: BackupObject) -> None:
        """Puts a disk on record."""
        ...

    def lock_object(self, key: UUID) -> BackupObject:
        """One disk, fresh and locked; raises NotFound."""
        ...

    def trials(self) -> frozenset[UUID]:
        """The keys of what stands in clouds for a while only, because a backup is being taken or tried out."""
        ...

    def under_way(self, department_id: UUID, cloud: str) -> Sequence[BackupObject]:
        """The disks of a department on a cloud whose backups are being taken or tried out."""
        ...

    def past(self, today: date) -> Sequence[Backup]:
        """Backups whose time was over before today, by what was said when they were taken, and those of no use."""
        ...
