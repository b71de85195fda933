"""Exemptions from policies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.exemptions import Exemption
from cloudctl.persistence.repositories.foresight import remembered
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import exemptions


class ExemptionRecords(Records[Exemption]):
    """Exemptions."""

    noun, what = Exemption, "exemption"

    def in_force(self, department_id: UUID, now: datetime) -> Sequence[Exemption]:
        """Neither revoked nor past their last day, which is a day for people."""
        key = ("exemptions", department_id, now)
        return remembered(self.session, key, lambda: self._in_force(department_id, now))

    def _in_force(self, department_id: UUID, now: datetime) -> Sequence[Exemption]:
        standing = select(Exemption).where(
            exemptions.c.department_id == department_id,
            exemptions.c.revoked_at.is_(None),
            exemptions.c.ends_on >= today_for_people(now),
        )
        return self._all(standing.order_by(exemptions.c.id))
