"""The address plan of the zones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cloudctl.domain.addresses import Prefix, Supernet


class Prefixes(Protocol):
    """The address plan of the zones."""

    def supernets(self, zone: str | None) -> Sequence[Supernet]:
        """The blocks of a zone, or of all."""
        ...

    def add_supernet(self, supernet: Supernet) -> None:
        """Raises Conflict when it overlaps a block of any zone."""
        ...

    def reserve(
        self, *, zone: str, length: int, version: int, network_id: UUID, order_id: UUID | None, now: datetime
    ) -> Prefix:
        """Cuts the first free prefix; raises PoolExhausted."""
        ...

    def reserve_exactly(
        self, *, zone: str, cidr: str, network_id: UUID, order_id: UUID | None, now: datetime
    ) -> Prefix:
        """Takes this prefix; raises Invalid when it lies in no supernet of the zone, Conflict when it overlaps."""
        ...

    def take_vlan(
        self, prefix: Prefix, *, cloud: str, first: int, last: int, taken: Iterable[tuple[int, int]] = ()
    ) -> None:
        """Gives the prefix's network the first VLAN of the range that is free on the cloud; raises PoolExhausted.

        The ranges in `taken` are not free whatever the plan says.

        The caller holds the cloud's lock, so that two never take one.
        """
        ...

    def of_network(self, network_id: UUID) -> Sequence[Prefix]: ...
    def of_order(self, order_id: UUID) -> Sequence[Prefix]: ...
