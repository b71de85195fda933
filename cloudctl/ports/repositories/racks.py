"""Racks, and what takes up their units."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.racks import Occupant, Rack
from cloudctl.ports.repositories.base import Repository


class Racks(Repository[Rack], Protocol):
    """Racks, and what takes up their units."""

    def in_room(self, room_id: UUID, code: str) -> Rack | None:
        """By its code, which is its room's own."""
        ...

    def of_rooms(self, rooms: Collection[UUID]) -> Sequence[Rack]:
        """The racks of these rooms that are still there, by code."""
        ...

    def codes(self) -> dict[tuple[UUID, str], UUID]:
        """Every rack's id by its room's id and its code."""
        ...

    def occupants(self, racks: Collection[UUID]) -> dict[UUID, list[Occupant]]:
        """What stands in these racks or is held there, by rack: devices, and colocations with their whole place."""
        ...
