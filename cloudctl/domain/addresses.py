"""Addresses: the plan of each zone (IPAM) and the floating addresses that are ordered.

The plan is pure: `carve` finds the first free prefix. That two orders never get the same one is the repository's
business (a lock on the supernet, and a unique prefix).

>>> str(carve(ip_network("10.8.0.0/16"), [ip_network("10.8.0.0/24")], 24))
'10.8.1.0/24'
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import ClassVar
from uuid import UUID

from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle import PREFIXES
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.domain.resources import Resource, ResourceKind

IPNetwork = IPv4Network | IPv6Network
IPV6_SEGMENT_LENGTH = 64


@dataclass(kw_only=True, eq=False)
class Address(Resource):
    """A floating address on record, for one server."""

    KIND: ClassVar[ResourceKind] = ResourceKind.ADDRESS

    server_id: UUID
    address: str | None = None

    @property
    def footprint(self) -> Demand:
        """One address."""
        return Demand({Dimension.ADDRESSES: 1})


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRequest:
    """What a cloud is asked for; `server` is a backend id."""

    key: UUID
    tenant: str
    external_network: str
    server: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressFact:
    """What a cloud reports."""

    key: UUID | None
    backend_id: str
    address: str
    server: str | None = None


@dataclass(kw_only=True, eq=False)
class Supernet:
    """A block of a zone that segments are cut from; blocks of all zones and clouds are disjoint."""

    id: UUID = field(default_factory=new_id)
    zone: str
    cidr: str

    @property
    def network(self) -> IPNetwork:
        """The block as a network."""
        return ip_network(self.cidr)


@dataclass(kw_only=True, eq=False)
class Prefix:
    """A prefix that was cut from a supernet, and for which network.

    On a `cloud` whose segments are VLANs the network's `vlan` goes with its IPv4 prefix: taken, cooled, freed with it.
    """

    id: UUID = field(default_factory=new_id)
    supernet_id: UUID
    cidr: str
    network_id: UUID
    order_id: UUID | None
    state: str = "reserved"
    cooling_until: datetime | None = None
    cloud: str | None = None
    vlan: int | None = None
    created_at: datetime

    def advance(self, event: str) -> None:
        """Moves along the life-cycle table."""
        self.state = PREFIXES.next(self.state, event)


def carve(supernet: IPNetwork, taken: Iterable[IPNetwork], length: int) -> IPNetwork | None:
    """The first free prefix of `length` in `supernet`; None when it is exhausted or shorter than asked for.

    Walks the taken blocks in order and jumps over each, so it costs the number of blocks and not of candidates.
    """
    if length < supernet.prefixlen or length > supernet.max_prefixlen:
        return None
    size = 1 << (supernet.max_prefixlen - length)
    start, end = int(supernet.network_address), int(supernet.broadcast_address)
    candidate = start
    for block in sorted(taken, key=lambda network: int(network.network_address)):
        if block.version != supernet.version or int(block.broadcast_address) < candidate:
            continue
        if int(block.network_address) >= candidate + size:
            break
        candidate = -(-(int(block.broadcast_address) + 1 - start) // size) * size + start
    if candidate + size - 1 > end:
        return None
    return type(supernet)((candidate, length))


def overlapping(cidr: IPNetwork, taken: Iterable[IPNetwork]) -> IPNetwork | None:
    """The first taken block that `cidr` overlaps."""
    return next((block for block in taken if block.version == cidr.version and block.overlaps(cidr)), None)
