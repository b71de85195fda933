"""What becomes of systems."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from cloudctl.domain.assessments import Assessment
from cloudctl.ports.repositories.base import Repository


class Assessments(Repository[Assessment], Protocol):
    """Assessments, one for each system."""

    def lock(self, key: UUID) -> Assessment: ...

    def of_system(self, system_id: UUID) -> Assessment | None: ...

    def of_systems(self, keys: Collection[UUID]) -> Sequence[Assessment]:
        """Those of these systems, locked."""
        ...

    def all(self) -> Sequence[Assessment]: ...

    def lapsed(self, today: date) -> Sequence[Assessment]:
        """Decided postponements whose last day is over, locked."""
        ...

    def add_many(self, new: Sequence[Assessment]) -> None:
        """Puts many on record at once."""
        ...
