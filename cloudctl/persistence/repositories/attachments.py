"""Attachments of orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select, union

from cloudctl.domain.attachments import Attachment
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import attachments, backup_objects, backups, close_lines, evidence, run_artifacts


class AttachmentRecords(Records[Attachment]):
    """Attachments."""

    noun, what = Attachment, "attachment"

    def of_order(self, order_id: UUID) -> Sequence[Attachment]:
        """In the order in which they were added."""
        return self._all(select(Attachment).where(attachments.c.order_id == order_id).order_by(attachments.c.id))

    def remove(self, attachment: Attachment) -> None:
        """Takes it off the record; the file store is swept later."""
        self.session.delete(attachment)
        self.session.flush()

    def named(self, digests: Iterable[str]) -> set[str]:
        """Those of the digests that an attachment, an evidence, a close-out line, a run or a kept backup has."""
        some = list(digests)
        named = (
            select(table.c.digest).where(table.c.digest.in_(some))
            for table in (attachments, evidence, close_lines, run_artifacts)
        )
        disks = select(backup_objects.c.digest).join(backups, backups.c.id == backup_objects.c.backup_id)
        kept = backups.c.state != "purged"
        backed_up = (
            disks.where(kept, backup_objects.c.digest.in_(some)),
            select(backups.c.manifest).where(kept, backups.c.manifest.in_(some)),
        )
        return set(self.session.scalars(union(*named, *backed_up)))
