"""Imports."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from cloudctl.domain.imports import Import
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import imports


class ImportRecords(Records[Import]):
    """Imports."""

    noun, what = Import, "import"

    def of_file(self, department_id: UUID, digest: str) -> Sequence[Import]:
        """Those of this very file, in turn."""
        same = select(Import).where(imports.c.department_id == department_id, imports.c.digest == digest)
        return self._all(same.order_by(imports.c.turn))
