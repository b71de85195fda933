"""Backups of what is cleared, and the disks that each consists of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from uuid import UUID

from sqlalchemy import Select, and_, or_, select

from cloudctl.domain.accounts import missing
from cloudctl.domain.backups import Backup, BackupObject
from cloudctl.domain.lifecycle_clearings import ENDED
from cloudctl.persistence.repositories.records import Records, record
from cloudctl.persistence.tables import backup_objects, backups, clearings


@cache
def _under_way() -> Select[BackupObject]:
    """Made once, after the classes are mapped."""
    joined = select(BackupObject).join(backups, backups.c.id == backup_objects.c.backup_id)
    return joined.where(backups.c.state.in_(("taking", "kept")))


class BackupRecords(Records[Backup]):
    """Backups."""

    noun, what = Backup, "backup"

    def lock(self, key: UUID) -> Backup:
        return self._locked(key)

    def of_clearing(self, clearing_id: UUID) -> Backup | None:
        return self._one(select(Backup).where(backups.c.clearing_id == clearing_id))

    def objects(self, backup_id: UUID) -> Sequence[BackupObject]:
        mine = select(BackupObject).where(backup_objects.c.backup_id == backup_id)
        columns = backup_objects.c
        return self.session.scalars(mine.order_by(columns.kind, columns.name, columns.resource_id)).all()

    def add_object(self, each: BackupObject) -> None:
        record(self.session, each)

    def lock_object(self, key: UUID) -> BackupObject:
        found = self.session.get(BackupObject, key, with_for_update=True, populate_existing=True)
        if found is None:
            raise missing("backup", key)
        return found

    def trials(self) -> frozenset[UUID]:
        return frozenset(key for each in self.session.scalars(_under_way()) for key in each.keys)

    def under_way(self, department_id: UUID, cloud: str) -> Sequence[BackupObject]:
        there = backups.c.department_id == department_id, backup_objects.c.cloud == cloud
        return self.session.scalars(_under_way().where(*there)).all()

    def past(self, today: date) -> Sequence[Backup]:
        """One that is not whole is of no use once its case has ended; any other stays until its days are over."""
        ended = clearings.c.state.in_(ENDED)
        over = and_(
            backups.c.state.in_(("kept", "tested")),
            backups.c.keep_until < today,
            or_(ended, clearings.c.state == "deleted"),
            or_(clearings.c.backup_until.is_(None), clearings.c.backup_until < today),
        )
        useless = and_(backups.c.state == "taking", ended)
        joined = select(Backup).join(clearings, clearings.c.id == backups.c.clearing_id)
        return self._all(joined.where(or_(over, useless)).order_by(backups.c.id))
