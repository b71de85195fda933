"""Volumes in a cloud."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from cloudctl.domain.volumes import VolumeFact, VolumeRequest


class Volumes(Protocol):
    """Block storage."""

    def find(self, tenant: str, keys: Collection[UUID] | None = None) -> dict[UUID, VolumeFact]:
        """Volumes that carry one of `keys` (all keyed ones when None)."""
        ...

    def create(self, request: VolumeRequest) -> VolumeFact:
        """Starts making a volume."""
        ...

    def extend(self, tenant: str, backend_id: str, size_gib: int) -> None:
        """Starts growing a volume, attached or not; a volume that has the size already is done."""
        ...

    def adopt(self, tenant: str, backend_id: str, key: UUID) -> None:
        """Writes our key onto a volume that already runs; one that carries it is done.

        Raises Absent where it is gone, Rejected where it carries another key of ours.
        """
        ...

    def disown(self, tenant: str, backend_id: str, key: UUID) -> None:
        """Takes our key off again and changes nothing else; without this key, or absent, it is done."""
        ...

    def delete(self, tenant: str, backend_id: str) -> None:
        """Starts deleting a volume; raises Busy while it is attached."""
        ...
