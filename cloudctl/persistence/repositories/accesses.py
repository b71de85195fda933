"""Network accesses."""

from __future__ import annotations

from sqlalchemy import func, select

from cloudctl.domain.accesses import Access
from cloudctl.domain.fittings import HELD, AccessKind
from cloudctl.persistence.repositories.fittings import FittingRecords
from cloudctl.persistence.tables import accesses


class AccessRecords(FittingRecords[Access]):
    """Network accesses."""

    noun, what = Access, "access"

    def egress_mbps(self, zone: str) -> int:
        columns = accesses.c
        taking = columns.kind == AccessKind.EGRESS, columns.zone == zone, columns.state.in_(HELD)
        return self.session.scalar(select(func.coalesce(func.sum(columns.bandwidth_mbps), 0)).where(*taking)) or 0
