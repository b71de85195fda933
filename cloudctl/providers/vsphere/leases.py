"""Which addresses a new server gets: a vCenter gives none, so they are chosen here and told to the guest.

Every server begins to look at a place of its own in the prefix, made of its key, so that two that are built at once
rarely meet; who finds its address at another server gives it up and looks on (`Site.clash`), before it is switched on.
The first address of a prefix is the gateway's. In IPv6 a server has the same number as in IPv4, where both fit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network, ip_interface, ip_network
from uuid import UUID

from cloudctl.providers.vsphere.errors import no_room

GATEWAY = 1
WIDEST = 1 << 16


def choose(cidrs: Iterable[str], taken: Collection[str], key: UUID, attempt: int = 0) -> tuple[str, ...]:
    """A free address of each prefix, with its length; raises CapacityExhausted when one is full.

    >>> choose(["10.8.1.0/30", "fd00:8:1::/64"], [], UUID(int=1))
    ('10.8.1.2/30', 'fd00:8:1::2/64')
    """
    networks = [ip_network(cidr) for cidr in cidrs]
    used = {ip_interface(address).ip for address in taken}
    span = min((_hosts(network) for network in networks), default=0)
    start = int.from_bytes(sha256(f"{key}/{attempt}".encode()).digest()[:8], "big")
    for tried in range(span):
        number = GATEWAY + 1 + (start + tried) % span
        found = [network[number] for network in networks]
        if used.isdisjoint(found):
            return tuple(f"{address}/{network.prefixlen}" for address, network in zip(found, networks, strict=True))
    if not networks:
        return ()
    raise no_room(f"no address is left in {networks[0]}")


def gateway(cidr: str) -> str:
    """The address of a prefix's way out.

    >>> gateway("10.8.1.0/24")
    '10.8.1.1'
    """
    return str(ip_network(cidr)[GATEWAY])


def _hosts(network: IPv4Network | IPv6Network) -> int:
    """How many servers fit: all addresses but the network's, the gateway's and the broadcast's."""
    return max(0, min(network.num_addresses, WIDEST) - 3)
