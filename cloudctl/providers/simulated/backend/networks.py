"""Networks of the simulated cloud: a network, its subnets and its router are made by separate calls, as in a real one.

That is why a network can be left half-made. It carries what was `wanted` of it, so that anybody can tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from itertools import islice

from cloudctl.domain.networks import NetworkRequest
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.providers.simulated.backend.calls import Call
from cloudctl.providers.simulated.backend.limits import admit
from cloudctl.providers.simulated.backend.objects import Kind, Status, Thing
from cloudctl.providers.simulated.backend.refusals import Reason, Refusal


def wanted_cidrs(request: NetworkRequest) -> list[str]:
    """The subnets that a request asks for."""
    return [cidr for cidr in (request.cidr_v4, request.cidr_v6) if cidr is not None]


def create(call: Call, request: NetworkRequest) -> Thing:
    """A bare network."""
    admit(call, request.tenant, Demand({Dimension.SEGMENTS: 1}))
    state = {
        "status": Status.BUILD,
        "zone": request.zone,
        "cidrs": [],
        "router": None,
        "wanted": wanted_cidrs(request),
        "wanted_router": request.external_network,
    }
    return call.add(
        Kind.NETWORK,
        key=request.key,
        tenant=request.tenant,
        name=request.name,
        state=state,
        then={"status": Status.ACTIVE},
    )


def add_subnet(call: Call, tenant: str, network: str, cidr: str) -> Thing:
    """Adds a subnet; one that is there already is done, one that overlaps another is refused."""
    thing = call.get(Kind.NETWORK, tenant, network)
    if cidr in thing.state["cidrs"]:
        return thing
    block = ip_network(cidr)
    for other in map(ip_network, thing.state["cidrs"]):
        if block.version == other.version and block.overlaps(other):
            raise Refusal(Reason.INVALID, f"{cidr} overlaps {other}")
    thing.state["cidrs"].append(cidr)
    thing.state["wanted"] = sorted({*thing.state["wanted"], cidr}, key=lambda text: ip_network(text).version)
    call.save(thing)
    return thing


def add_router(call: Call, tenant: str, network: str, external_network: str) -> Thing:
    """Joins the network to an external one."""
    thing = call.get(Kind.NETWORK, tenant, network)
    thing.state |= {"router": external_network, "wanted_router": external_network}
    call.save(thing)
    return thing


def is_ready(thing: Thing) -> bool:
    """Network, wanted subnets and wanted router all stand."""
    state = thing.state
    return (
        thing.status is Status.ACTIVE
        and set(state["wanted"]) <= set(state["cidrs"])
        and state["router"] == state["wanted_router"]
    )


def delete(call: Call, tenant: str, network: str) -> None:
    """Starts removing a network with its subnets and router; one with servers on it is busy."""
    thing = call.look(Kind.NETWORK, tenant, network)
    if thing is None or thing.status is Status.DELETING:
        return
    if on_network(call, tenant, network):
        raise Refusal(Reason.BUSY, f"network {thing.name} has servers on it", retry_after_s=1.0)
    call.remove(thing)


def on_network(call: Call, tenant: str, network: str) -> list[Thing]:
    """The servers that have a port in a network, those in deletion included."""
    return [server for server in call.things(Kind.SERVER, tenant) if server.state["network"] == network]


def allot(network: Thing, servers: list[Thing]) -> Iterator[list[str]]:
    """Sets of fixed addresses (one of each subnet) that no server has, lowest first; ends when a subnet is full."""
    taken = {address for server in servers for address in server.state["fixed"]}
    return map(list, zip(*(_free(cidr, taken) for cidr in network.state["cidrs"]), strict=False))


def _free(cidr: str, taken: set[str]) -> Iterator[str]:
    """Free host addresses of a subnet; its first one is the gateway's."""
    return (str(host) for host in islice(ip_network(cidr).hosts(), 1, None) if str(host) not in taken)
