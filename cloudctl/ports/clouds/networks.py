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

    def delete(self, tenant: str, backend_id: str) -> None:
        """Removes network, subnets and router."""
        ...
