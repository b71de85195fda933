"""Network segments in a cloud."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from cloudctl.domain.networks import NetworkFact, NetworkRequest


class Networks(Protocol):
    """A network with its subnets and router counts as one object."""

    def find(self, tenant: str, keys: Collection[UUID] | None = None) -> dict[UUID, NetworkFact]:
        """Networks that carry one of `keys` (all keyed ones when None)."""
        ...

    def create(self, request: NetworkRequest) -> NetworkFact:
        """Makes what is still missing of the network; a half-made one is finished."""
        ...

    def adopt(self, tenant: str, backend_id: str, key: UUID) -> None:
        """Writes our key onto a network that already runs; one that carries it is done.

        Raises Absent where it is gone, Rejected where it carries another key of ours.
        """
        ...

    def disown(self, tenant: str, backend_id: str, key: UUID) -> None:
        """Takes our key off again and changes nothing else; without this key, or absent, it is done."""
        ...

    def delete(self, tenant: str, backend_id: str) -> None:
        """Removes network, subnets and router."""
        ...
