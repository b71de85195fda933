"""Floating addresses of Neutron, keyed by their description."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_address
from uuid import UUID

from cloudctl.domain.addresses import AddressFact, AddressRequest
from cloudctl.domain.errors import Absent, NotReady
from cloudctl.providers.openstack.client import Client
from cloudctl.providers.openstack.lookups import Lookups
from cloudctl.providers.openstack.segments import NEUTRON, PortEntry, of_project
from cloudctl.providers.openstack.translate import MARK, FloatingEntry, address_fact, by_key


class OpenStackAddresses:
    """`ports.clouds.Addresses` on Neutron."""

    def __init__(self, client: Client, lookups: Lookups) -> None:
        self._client = client
        self._lookups = lookups

    def find(self, tenant: str, keys: Collection[UUID] | None = None) -> dict[UUID, AddressFact]:
        """One call."""
        entries = self._client.list(
            NEUTRON, of_project("floatingips", tenant), "floatingips", FloatingEntry, tenant=tenant
        )
        return by_key(map(address_fact, entries), keys)

    def create(self, request: AddressRequest) -> AddressFact:
        """Two calls: the server's port, then the address, taken and pointed at once."""
        port, fixed = self._port(request.tenant, request.server)
        address = {
            "floating_network_id": self._lookups.external_network(request.external_network),
            "port_id": port,
            "fixed_ip_address": fixed,
            "description": f"{MARK}{request.key}",
        }
        made = self._client.create(
            NEUTRON, "/floatingips", "floatingip", address, FloatingEntry, tenant=request.tenant
        )  # fmt: skip
        return replace(address_fact(made), server=request.server)

    def point(self, tenant: str, backend_id: str, server: str | None) -> None:
        """One call to take it out of use, two to point it to a server's port."""
        address: dict[str, object] = {"port_id": None}
        if server is not None:
            port, fixed = self._port(tenant, server)
            address = {"port_id": port, "fixed_ip_address": fixed}
        body = {"floatingip": address}
        self._client.act(NEUTRON, "PUT", f"/floatingips/{backend_id}", body, tenant=tenant)

    def delete(self, tenant: str, backend_id: str) -> None:
        """One call."""
        with suppress(Absent):
            self._client.act(NEUTRON, "DELETE", f"/floatingips/{backend_id}", tenant=tenant)

    def _port(self, tenant: str, server: str) -> tuple[str, str]:
        """The server's first port that has an IPv4 address, and that address."""
        path = of_project("ports", tenant, device_id=server)
        for port in self._client.list(NEUTRON, path, "ports", PortEntry, tenant=tenant):
            for fixed in port.fixed_ips:
                if ip_address(fixed.ip_address).version == 4:
                    return port.id, fixed.ip_address
        raise NotReady("The server {server} has no address yet.", server=server)
