"""The parts of a segment in Neutron: network, subnets, router, and how to tell that they are complete.

Every part's description begins with the segment's key, and the network's goes on with what belongs to it:

    cloudctl:0199... 10.8.1.0/24 fd00:8:1::/64 via 7c1e...      (the router's external network, when it has one)

So a listing alone tells a half-made segment from a whole one, also after a crash between two of its calls.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Self
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from cloudctl.domain.networks import NetworkFact
from cloudctl.providers.openstack.translate import MARK, Described

NEUTRON = "network"
INTERFACE = "network:router_interface"
THEIRS = " | "
"""What follows it in the description of an adopted network was there before, and is given back with the network."""


class SubnetEntry(Described, frozen=True, kw_only=True):
    """A subnet in Neutron's list."""

    network_id: str
    cidr: str


class FixedIp(msgspec.Struct, frozen=True):
    """One address of a port."""

    subnet_id: str
    ip_address: str


class PortEntry(Described, frozen=True, kw_only=True):
    """A port in Neutron's list."""

    network_id: str = ""
    device_id: str = ""
    device_owner: str = ""
    admin_state_up: bool = True
    fixed_ips: list[FixedIp] = msgspec.field(default_factory=list)


def of_project(kind: str, tenant: str, **filters: str) -> str:
    """The path of a list of a project's own things: a token may see others' shared ones too.

    >>> of_project("ports", "p1", device_id="s1")
    '/ports?project_id=p1&device_id=s1'
    """
    return f"/{kind}?{urlencode({'project_id': tenant} | filters)}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a network's description says of the segment."""

    key: UUID
    cidrs: tuple[str, ...]
    via: str | None

    def __str__(self) -> str:
        return " ".join([f"{MARK}{self.key}", *self.cidrs, *(("via", self.via) if self.via else ())])

    @classmethod
    def of(cls, network: Described) -> Self | None:
        """The plan in a network's description; None for a network that is not ours."""
        if network.key is None:
            return None
        words = (network.description or "").partition(THEIRS)[0].split()[1:]
        via = words[words.index("via") + 1] if "via" in words[:-1] else None
        return cls(network.key, tuple(word for word in words if "/" in word), via)


@dataclass(slots=True)
class Segment:
    """A network with those of its parts that exist. `subnets` by CIDR; `interfaces` are ids of subnets on a router."""

    network: Described
    plan: Plan
    subnets: dict[str, str] = field(default_factory=dict)
    interfaces: set[str] = field(default_factory=set)

    @property
    def ready(self) -> bool:
        """All that the plan names is there."""
        planned = {plain(cidr) for cidr in self.plan.cidrs}
        routed = self.plan.via is None or self.interfaces >= set(self.subnets.values())
        return routed and planned <= set(self.subnets)

    @property
    def fact(self) -> NetworkFact:
        """The segment as the core sees it."""
        return NetworkFact(
            key=self.plan.key,
            backend_id=self.network.id,
            name=self.network.name,
            ready=self.ready,
            cidrs=tuple(self.subnets),
        )


def plain(cidr: str) -> str:
    """The one spelling of a prefix, whoever wrote it."""
    return str(ip_network(cidr))


def segments(networks: Iterable[Described]) -> dict[str, Segment]:
    """The segments among a project's networks, by the network's id."""
    planned = ((network, Plan.of(network)) for network in networks)
    return {network.id: Segment(network, plan) for network, plan in planned if plan is not None}


def add_subnets(found: dict[str, Segment], subnets: Iterable[SubnetEntry]) -> None:
    """Puts subnets to their segments, IPv4 before IPv6."""
    for subnet in sorted(subnets, key=lambda subnet: (":" in subnet.cidr, subnet.cidr)):
        if subnet.network_id in found:
            found[subnet.network_id].subnets[plain(subnet.cidr)] = subnet.id


def add_interfaces(found: dict[str, Segment], ports: Iterable[PortEntry]) -> None:
    """Puts router interfaces to their segments."""
    for port in ports:
        if port.device_owner.startswith(INTERFACE) and port.network_id in found:
            found[port.network_id].interfaces |= {fixed.subnet_id for fixed in port.fixed_ips}
