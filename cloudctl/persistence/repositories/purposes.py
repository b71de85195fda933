"""What systems and servers are for, as declared: only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from cloudctl.domain.purposes import DeclaredPurpose
from cloudctl.persistence.repositories.records import Appended
from cloudctl.persistence.tables import purposes


class PurposeRecords(Appended[DeclaredPurpose]):
    """Declared purposes."""

    noun, what, table = DeclaredPurpose, "purpose", purposes

    def of_system(self, system_id: UUID) -> Sequence[DeclaredPurpose]:
        mine = select(purposes).where(purposes.c.system_id == system_id)
        return self._all(mine.order_by(purposes.c.created_at, purposes.c.id))
