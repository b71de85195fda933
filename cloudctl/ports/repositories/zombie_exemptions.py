"""Exemptions from the zombie policy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cloudctl.domain.zombie_exemptions import ZombieExemption
from cloudctl.ports.repositories.base import Repository


class ZombieExemptions(Repository[ZombieExemption], Protocol):
    """Exemptions from the zombie policy."""

    def lock(self, key: UUID) -> ZombieExemption:
        """By id and fresh, locked until the transaction ends; raises NotFound."""
        ...

    def of_system(self, system_id: UUID) -> Sequence[ZombieExemption]:
        """All of a system, oldest first."""
        ...

    def in_force(self, system_id: UUID, now: datetime) -> ZombieExemption | None:
        """The one that holds now; of several the one that ends last."""
        ...
