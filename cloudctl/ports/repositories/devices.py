"""Devices, also by code and serial number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.devices import Device
from cloudctl.ports.repositories.base import Repository


class Devices(Repository[Device], Protocol):
    """Devices, also by code and serial number."""

    def lock(self, key: UUID) -> Device:
        """By id and fresh, locked until the transaction ends."""
        ...

    def by_code(self, code: str) -> Device | None: ...

    def by_serial(self, serial: str) -> Sequence[Device]:
        """Those that are not gone and have this serial number, by code."""
        ...

    def codes(self) -> dict[str, tuple[UUID, UUID]]:
        """Every device's id and its department's, by its code."""
        ...

    def of_department(self, department_id: UUID) -> Sequence[Device]:
        """Its devices, by code."""
        ...

    def of_colocation(self, colocation_id: UUID) -> Sequence[Device]:
        """Those that stand under a contract and are not gone, by code."""
        ...

    def standing_in(self, room_id: UUID) -> Sequence[Device]:
        """Those of a room that are not gone, by code."""
        ...
