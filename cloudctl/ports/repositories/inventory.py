"""What the clouds have, read and written by the page."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.inventory import Identity, Known, ObjectKind, ObjectState, Recorded, Sighting, Source


class InventoryObjects(Protocol):
    """The inventory. Only syncs write it; nobody deletes from it."""

    def known(self, cloud: str, only: Collection[Identity] | None = None) -> dict[Identity, Known]:
        """What is known of a cloud's objects, or of these of them."""
        ...

    def write(
        self, cloud: str, sightings: Sequence[Sighting], *, source: Source, actors: Mapping[str, str] | None = None
    ) -> int:
        """Puts a page on record, and what changed into the history; answers how many objects changed or are new.

        `actors` names who changed an object, by native id.
        """
        ...

    def miss(self, cloud: str, objects: Collection[UUID], *, limit: int) -> int:
        """Counts one more clean full sync without these; answers how many it makes missing, at `limit` misses."""
        ...

    def link(self, cloud: str) -> int:
        """Finds the records that objects belong to, by the cloud's id or by our key; answers how many were found."""
        ...

    def get(self, key: UUID) -> Recorded:
        """By id; raises NotFound."""
        ...

    def of(
        self, cloud: str, *, kind: ObjectKind | None = None, state: ObjectState | None = ObjectState.PRESENT
    ) -> Iterator[Recorded]:
        """A cloud's objects, by kind and native id, read as they are asked for: for planners that see all of them."""
        ...

    def vlans(self, cloud: str) -> Sequence[tuple[int, int]]:
        """The ranges of VLANs that a cloud's networks take up, ours and others', as far as is known."""
        ...

    def some(self, keys: Collection[UUID]) -> Sequence[Recorded]:
        """Those of these ids that there are."""
        ...

    def of_resources(self, resources: Collection[UUID]) -> dict[UUID, Recorded]:
        """The object of each of these resources, where one is known."""
        ...
