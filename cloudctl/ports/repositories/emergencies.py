"""The records of emergencies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cloudctl.domain.emergencies import Emergency
from cloudctl.ports.repositories.base import Repository


class Emergencies(Repository[Emergency], Protocol):
    """The records of emergencies."""

    def lock(self, key: UUID) -> Emergency: ...

    def next_number(self, year: int) -> str:
        """The next running number of a year, as `YJ2026-0007`."""
        ...

    def overdue(self, now: datetime) -> Sequence[Emergency]:
        """Open ones whose form was due; rows another worker has are passed over."""
        ...
