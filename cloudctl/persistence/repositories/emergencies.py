"""The records of emergencies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from cloudctl.domain.emergencies import Emergency
from cloudctl.persistence.repositories.records import Records, count_up
from cloudctl.persistence.tables import emergencies


class EmergencyRecords(Records[Emergency]):
    """Emergencies."""

    noun, what = Emergency, "emergency"

    def lock(self, key: UUID) -> Emergency:
        return self._locked(key)

    def next_number(self, year: int) -> str:
        return f"YJ{year}-{count_up(self.session, f'emergencies/{year}'):04d}"

    def overdue(self, now: datetime) -> Sequence[Emergency]:
        due = select(Emergency).where(emergencies.c.state == "open", emergencies.c.due_at <= now)
        return self._all(due.order_by(emergencies.c.due_at).with_for_update(skip_locked=True))
