"""What a cloud has, whoever made it: the feed that the inventory is synced from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from cloudctl.domain.inventory import Changes, CloudObject, ObjectKind


class Inventory(Protocol):
    """A cloud's objects over all its tenants: servers, volumes, snapshots, images, networks and addresses.

    A feed only reads. `native_id` is what the other ports call backend id, wherever an object has both.
    """

    def full(self) -> Iterator[Sequence[CloudObject]]:
        """Everything, in pages of some hundred objects; a BackendError in the middle makes the sync partial.

        That the iterator ends without an error says that nothing was left out.
        """
        ...

    def changes(self, cursor: str | None) -> Changes:
        """What happened since `cursor`; None asks for a cursor to begin with. Needs Capability.CHANGES.

        A cursor that the feed no longer knows answers `complete=False`, never an error.
        """
        ...

    def look(self, kind: ObjectKind, native_ids: Collection[str]) -> Sequence[CloudObject]:
        """Those of these objects that are there now: a second look at what is said to have left."""
        ...
