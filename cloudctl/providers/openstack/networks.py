"""Segments in Neutron: a network, its subnets and, where the zone has a way out, a router.

A segment is made in up to six calls, any of which may be the last before a crash. `create` therefore looks first what
is there and makes the rest; `delete` takes it down in the reverse order, the network last, because it alone is what
`find` finds. Nothing is taken down while a server still has a port on it.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_network
from uuid import UUID

from cloudctl.domain.errors import Absent
from cloudctl.domain.networks import NetworkFact, NetworkRequest
from cloudctl.providers.openstack.client import Client
from cloudctl.providers.openstack.errors import busy
from cloudctl.providers.openstack.lookups import Lookups
from cloudctl.providers.openstack.segments import (
    INTERFACE,
    NEUTRON,
    THEIRS,
    Plan,
    PortEntry,
    Segment,
    SubnetEntry,
    add_interfaces,
    add_subnets,
    of_project,
    plain,
    segments,
)
from cloudctl.providers.openstack.translate import KEY, MARK, Described, by_key, require_ownerless

LONGEST_DESCRIPTION = 255


class OpenStackNetworks:
    """`ports.clouds.Networks` on Neutron."""

    def __init__(self, client: Client, lookups: Lookups) -> None:
        self._client = client
        self._lookups = lookups

    def find(self, tenant: str, keys: Collection[UUID] | None = None) -> dict[UUID, NetworkFact]:
        """One call when there is none, else three at most."""
        found = self._segments(tenant, None if keys is None else frozenset(keys))
        return by_key((segment.fact for segment in found.values()), keys)

    def create(self, request: NetworkRequest) -> NetworkFact:
        """Three to seven calls for a new segment; a half-made one is finished by its parts that are missing."""
        found = next(iter(self._segments(request.tenant, {request.key}).values()), None)
        segment = self._planned(request, found)
        for cidr in segment.plan.cidrs:
            if plain(cidr) not in segment.subnets:
                segment.subnets[plain(cidr)] = self._make_subnet(request, segment, cidr)
        if not segment.ready:
            router = next(iter(self._routers(request.tenant, request.key)), None) if found else None
            self._join(request, segment, router or self._make_router(request, segment))
        return segment.fact

    def adopt(self, tenant: str, backend_id: str, key: UUID) -> None:
        """Two calls; what the description said stays behind the key."""
        network = self._client.get(NEUTRON, f"/networks/{backend_id}", "network", Described, tenant=tenant)
        if network.key != key:
            require_ownerless({KEY: str(network.key)} if network.key else {}, backend_id)
            self._describe(tenant, backend_id, f"{MARK}{key}{THEIRS}{network.description or ''}")

    def disown(self, tenant: str, backend_id: str, key: UUID) -> None:
        """Two calls; the description is again what it was."""
        with suppress(Absent):
            network = self._client.get(NEUTRON, f"/networks/{backend_id}", "network", Described, tenant=tenant)
            if network.key == key:
                self._describe(tenant, backend_id, (network.description or "").partition(THEIRS)[2])

    def _describe(self, tenant: str, backend_id: str, words: str) -> None:
        body = {"network": {"description": words[:LONGEST_DESCRIPTION]}}
        self._client.act(NEUTRON, "PUT", f"/networks/{backend_id}", body, tenant=tenant)

    def delete(self, tenant: str, backend_id: str) -> None:
        """Four to seven calls; raises Busy while servers are on the network."""
        try:
            network = self._client.get(NEUTRON, f"/networks/{backend_id}", "network", Described, tenant=tenant)
        except Absent:
            return
        path = of_project("ports", tenant, network_id=backend_id)
        ports = self._client.list(NEUTRON, path, "ports", PortEntry, tenant=tenant)
        if any(not port.device_owner.startswith("network:") for port in ports):
            raise busy("servers still have ports on the network")
        for port in ports:
            if port.device_owner.startswith(INTERFACE):
                self._router_act(tenant, port.device_id, "remove_router_interface", {"port_id": port.id})
        for router in self._routers(tenant, network.key) if network.key else ():
            with suppress(Absent):
                self._client.act(NEUTRON, "DELETE", f"/routers/{router}", tenant=tenant)
        with suppress(Absent):
            self._client.act(NEUTRON, "DELETE", f"/networks/{backend_id}", tenant=tenant)

    def _segments(self, tenant: str, keys: Collection[UUID] | None) -> dict[str, Segment]:
        """The segments with these keys, and of their parts what exists; lists only what they can have."""
        networks = self._client.list(NEUTRON, of_project("networks", tenant), "networks", Described, tenant=tenant)
        found = segments(network for network in networks if keys is None or network.key in keys)
        if found:
            path = of_project("subnets", tenant)
            add_subnets(found, self._client.list(NEUTRON, path, "subnets", SubnetEntry, tenant=tenant))
        if any(segment.plan.via for segment in found.values()):
            path = of_project("ports", tenant, device_owner=INTERFACE)
            add_interfaces(found, self._client.list(NEUTRON, path, "ports", PortEntry, tenant=tenant))
        return found

    def _planned(self, request: NetworkRequest, found: Segment | None) -> Segment:
        """The segment with the request as its plan: the plan is on record before the first part that it adds."""
        external = request.external_network
        via = self._lookups.external_network(external) if external else None
        cidrs = (request.cidr_v4, request.cidr_v6) if request.cidr_v6 else (request.cidr_v4,)
        plan = Plan(request.key, cidrs, via)
        network = {"name": request.name, "description": str(plan)}
        if found is None:
            made = self._client.create(NEUTRON, "/networks", "network", network, Described, tenant=request.tenant)
            return Segment(made, plan)
        if found.plan != plan:
            self._client.act(
                NEUTRON, "PUT", f"/networks/{found.network.id}", {"network": network}, tenant=request.tenant
            )
        return replace(found, plan=plan)

    def _make_subnet(self, request: NetworkRequest, segment: Segment, cidr: str) -> str:
        subnet: dict[str, object] = {
            "network_id": segment.network.id,
            "name": request.name,
            "description": f"{MARK}{request.key}",
            "cidr": cidr,
            "ip_version": ip_network(cidr).version,
        }
        if subnet["ip_version"] == 6:
            # Self-configured addresses need a router that announces the prefix, and a /64.
            announced = segment.plan.via is not None and ip_network(cidr).prefixlen == 64
            mode = "slaac" if announced else "dhcpv6-stateful"
            subnet |= {"ipv6_address_mode": mode, "ipv6_ra_mode": mode}
        return self._client.create(NEUTRON, "/subnets", "subnet", subnet, SubnetEntry, tenant=request.tenant).id

    def _join(self, request: NetworkRequest, segment: Segment, router: str) -> None:
        """Gives every subnet that has none an interface on the segment's router."""
        for subnet in segment.subnets.values():
            if subnet not in segment.interfaces:
                self._router_act(request.tenant, router, "add_router_interface", {"subnet_id": subnet})
                segment.interfaces.add(subnet)

    def _make_router(self, request: NetworkRequest, segment: Segment) -> str:
        router = {
            "name": request.name,
            "description": f"{MARK}{request.key}",
            "external_gateway_info": {"network_id": segment.plan.via},
        }
        return self._client.create(NEUTRON, "/routers", "router", router, Described, tenant=request.tenant).id

    def _routers(self, tenant: str, key: UUID) -> list[str]:
        path = of_project("routers", tenant, description=f"{MARK}{key}")
        return [router.id for router in self._client.list(NEUTRON, path, "routers", Described, tenant=tenant)]

    def _router_act(self, tenant: str, router: str, act: str, body: dict[str, str]) -> None:
        with suppress(Absent):
            self._client.act(NEUTRON, "PUT", f"/routers/{router}/{act}", body, tenant=tenant)
