"""Floating addresses, which vSphere does not have."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from cloudctl.domain.addresses import AddressFact, AddressRequest
from cloudctl.domain.errors import Unsupported


class VSphereAddresses:
    """`ports.clouds.Addresses`: every call says that there is nothing of the kind, but a list, which is empty."""

    def find(self, tenant: str, keys: Collection[UUID] | None = None) -> dict[UUID, AddressFact]:  # noqa: ARG002
        """Nothing was ever made."""
        return {}

    def create(self, request: AddressRequest) -> AddressFact:
        raise _unsupported(request.external_network)

    def point(self, tenant: str, backend_id: str, server: str | None) -> None:  # noqa: ARG002 - never offered
        raise _unsupported(backend_id)

    def delete(self, tenant: str, backend_id: str) -> None:
        """What is absent is done."""


def _unsupported(what: str) -> Unsupported:
    return Unsupported("vSphere does not offer {capability} here.", capability="floating-address", what=what)
