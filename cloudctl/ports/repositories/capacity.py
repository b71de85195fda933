"""The history of capacity, and what was last seen in use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from cloudctl.domain.capacity import Sample, Sighting


class Capacity(Protocol):
    """The history of capacity, and what was last seen in use."""

    def sample(self, day: date, samples: Sequence[Sample]) -> None:
        """Keeps the day's figures; those of the same day before are overwritten."""
        ...

    def see(self, sightings: Sequence[Sighting]) -> None:
        """Keeps what is in use; what was seen before is overwritten."""
        ...

    def forget_before(self, day: date) -> int:
        """Drops older samples; answers how many."""
        ...

    def sightings(self) -> Iterable[Sighting]:
        """What the inventory says is in use, for every cloud of which there was a clean sync."""
        ...
