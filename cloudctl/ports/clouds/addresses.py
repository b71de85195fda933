"""Floating addresses in a cloud; the whole port needs Capability.FLOATING_ADDRESS."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from cloudctl.domain.addresses import AddressFact, AddressRequest


class Addresses(Protocol):
    """Addresses of an external network that point to a server."""

    def find(self, tenant: str, keys: Collection[UUID] | None = None) -> dict[UUID, AddressFact]:
        """Addresses that carry one of `keys` (all keyed ones when None)."""
        ...

    def create(self, request: AddressRequest) -> AddressFact:
        """Takes an address and points it to the server."""
        ...

    def point(self, tenant: str, backend_id: str, server: str | None) -> None:
        """Points an address to a server, or to nothing: it is then out of use and stays the department's."""
        ...

    def delete(self, tenant: str, backend_id: str) -> None:
        """Gives the address back."""
        ...
