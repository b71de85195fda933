"""Imports."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select

from cloudctl.domain.imports import Import
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import imports


class ImportRecords(Records[Import]):
    """Imports."""

    noun, what = Import, "import"

    def of_file(self, department_id: UUID, digest: str) -> Sequence[Import]:
        """Those of this very file, in turn. Whoever takes the same one waits: then it sees this one's."""
        if self.session.get_bind().dialect.name == "postgresql":
            self.session.execute(select(func.pg_advisory_xact_lock(_lock(department_id, digest))))
        same = select(Import).where(imports.c.department_id == department_id, imports.c.digest == digest)
        return self._all(same.order_by(imports.c.turn))


def _lock(department_id: UUID, digest: str) -> int:
    """A number for the file, in PostgreSQL's range."""
    return int.from_bytes(sha256(department_id.bytes + digest.encode()).digest()[:8], signed=True)
