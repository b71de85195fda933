"""Disks in bytes; the whole port needs Capability.EXPORT."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Protocol
from uuid import UUID

from cloudctl.domain.exports import ExportFact, ExportRequest, ImportRequest


class Exports(Protocol):
    """Copies of disks that a cloud makes to be read, or takes in to build a server of. They carry keys as all else."""

    def find(self, tenant: str, keys: Collection[UUID] | None = None) -> dict[UUID, ExportFact]:
        """Exports that carry one of `keys` (all keyed ones when None)."""
        ...

    def take(self, request: ExportRequest) -> ExportFact:
        """Begins to copy a disk, or goes on with what an earlier call began: called again until it is ready.

        The disk itself is not touched. It looks by itself, for some clouds make a copy in parts.
        """
        ...

    def read(self, tenant: str, backend_id: str) -> Iterator[bytes]:
        """The bytes of one that is ready, in pieces; raises Failed where they are not what the cloud says of them."""
        ...

    def put(self, request: ImportRequest, content: Iterable[bytes]) -> ExportFact:
        """Takes bytes in, as something that a server is built of (`ServerRequest.export`).

        One that is there whole is answered and no byte is read; a half-made one is made anew.
        """
        ...

    def drop(self, tenant: str, key: UUID) -> None:
        """Removes whatever carries the key, half-made parts too; what is absent is done. Raises Busy while in use."""
        ...
