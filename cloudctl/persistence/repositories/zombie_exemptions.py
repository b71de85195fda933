"""Exemptions from the zombie policy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.zombie_exemptions import ZombieExemption
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import zombie_exemptions


class ZombieExemptionRecords(Records[ZombieExemption]):
    """Exemptions from the zombie policy."""

    noun, what = ZombieExemption, "zombie_exemption"

    def lock(self, key: UUID) -> ZombieExemption:
        return self._locked(key)

    def of_system(self, system_id: UUID) -> Sequence[ZombieExemption]:
        mine = select(ZombieExemption).where(zombie_exemptions.c.system_id == system_id)
        return self._all(mine.order_by(zombie_exemptions.c.id))

    def in_force(self, system_id: UUID, now: datetime) -> ZombieExemption | None:
        today = today_for_people(now)
        held = [one for one in self.of_system(system_id) if one.lifts(today)]
        return max(held, key=lambda one: one.ends_on, default=None)
