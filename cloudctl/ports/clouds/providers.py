"""The provider of one cloud, and the registry that gives it."""

from __future__ import annotations

from typing import Protocol

from cloudctl.domain.clouds import Capability, Cloud
from cloudctl.ports.clouds.addresses import Addresses
from cloudctl.ports.clouds.exports import Exports
from cloudctl.ports.clouds.inventories import Inventory
from cloudctl.ports.clouds.networks import Networks
from cloudctl.ports.clouds.servers import Servers
from cloudctl.ports.clouds.tenants import Tenants
from cloudctl.ports.clouds.usage import Usage
from cloudctl.ports.clouds.volumes import Volumes


class Provider(Protocol):
    """One connected cloud. Safe to use from several threads."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What it offers beyond the basics."""
        ...

    @property
    def tenants(self) -> Tenants: ...
    @property
    def networks(self) -> Networks: ...
    @property
    def volumes(self) -> Volumes: ...
    @property
    def servers(self) -> Servers: ...
    @property
    def addresses(self) -> Addresses: ...
    @property
    def exports(self) -> Exports: ...
    @property
    def inventory(self) -> Inventory: ...
    @property
    def usage(self) -> Usage: ...

    def check(self) -> None:
        """Asks the cloud for something cheap; raises Unreachable or Rejected with the reason."""
        ...


class Clouds(Protocol):
    """Gives the provider of a cloud; connects late and keeps the connection."""

    def provider(self, cloud: Cloud) -> Provider:
        """Raises ConfigurationError when no credentials are configured for `cloud.code`."""
        ...
