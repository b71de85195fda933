"""Floating addresses of the simulated cloud, out of a block of shared address space (RFC 6598) that its code picks."""

from __future__ import annotations

from ipaddress import IPv4Address
from zlib import crc32

from cloudctl.domain.addresses import AddressRequest
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.providers.simulated.backend.calls import Call, refuse_unless
from cloudctl.providers.simulated.backend.limits import admit
from cloudctl.providers.simulated.backend.objects import Kind, Status, Thing
from cloudctl.providers.simulated.backend.refusals import Reason, Refusal
from cloudctl.providers.simulated.backend.servers import SETTLED

POOLS_START = int(IPv4Address("100.64.0.0"))
POOLS = 64
POOL_SIZE = 1 << 16


def create(call: Call, request: AddressRequest) -> Thing:
    """Takes the lowest free address for a server whose network is routed to the external one."""
    server = call.get(Kind.SERVER, request.tenant, request.server)
    refuse_unless(server, *SETTLED, Status.VERIFY_RESIZE)
    network = call.get(Kind.NETWORK, request.tenant, server.state["network"])
    if network.state["router"] != request.external_network:
        raise Refusal(Reason.INVALID, f"{request.external_network} cannot be reached from network {network.name}")
    admit(call, request.tenant, Demand({Dimension.ADDRESSES: 1}))
    return call.add(
        Kind.ADDRESS,
        key=request.key,
        tenant=request.tenant,
        name=f"address-{request.key}",
        state={"status": Status.ACTIVE, "address": _lowest_free(call), "server": server.id},
    )


def point(call: Call, tenant: str, address: str, server: str | None) -> None:
    """Points an address to a settled server of a routed network, or to nothing."""
    thing = call.get(Kind.ADDRESS, tenant, address)
    if thing.state["server"] == server:
        return
    if server is not None:
        refuse_unless(call.get(Kind.SERVER, tenant, server), *SETTLED)
    thing.state["server"] = server
    call.save(thing)


def delete(call: Call, tenant: str, address: str) -> None:
    """Gives an address back at once."""
    thing = call.look(Kind.ADDRESS, tenant, address)
    if thing is not None:
        call.remove(thing, at_once=True)


def _lowest_free(call: Call) -> str:
    taken = {thing.state["address"] for thing in call.things(Kind.ADDRESS)}
    start = POOLS_START + crc32(call.settings.code.encode()) % POOLS * POOL_SIZE
    candidates = (str(IPv4Address(number)) for number in range(start + 1, start + POOL_SIZE - 1))
    free = next((address for address in candidates if address not in taken), None)
    if free is None:
        raise Refusal(Reason.NO_CAPACITY, "no floating address is left")
    return free
