"""Machine rooms, also by code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cloudctl.domain.rooms import Room
from cloudctl.ports.repositories.base import Repository


class Rooms(Repository[Room], Protocol):
    """Machine rooms, also by code."""

    def lock(self, key: UUID) -> Room:
        """By id and fresh; nobody else changes it, its racks or what stands there until the transaction ends."""
        ...

    def by_code(self, code: str) -> Room | None: ...

    def codes(self) -> dict[str, tuple[UUID, UUID]]:
        """Every room's id and its department's, by its code."""
        ...

    def shared(self) -> Sequence[Room]:
        """The shared rooms that are in use, by code."""
        ...

    def lapsed(self, now: datetime) -> Sequence[Room]:
        """Those that stand under an exemption which is over or was revoked, and are not closed; by code."""
        ...

    def of_department(self, department_id: UUID) -> Sequence[Room]:
        """Its rooms, by code."""
        ...
