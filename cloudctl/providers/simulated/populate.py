"""Servers that "already run": a city's stock, put into the simulated cloud in one transaction, unchecked and at once.

    tenant = provider.tenants.create(department.id, department.code)
    network = provider.networks.create(network_request)
    facts = populate(cloud, [server_request, ...])

The facts come back in the order of the requests, with backend ids and addresses to put on record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from cloudctl.domain.servers import ServerFact, ServerRequest
from cloudctl.domain.volumes import VolumeRequest
from cloudctl.providers.simulated import translate
from cloudctl.providers.simulated.backend import servers, volumes
from cloudctl.providers.simulated.backend.calls import Call
from cloudctl.providers.simulated.backend.cloud import SimulatedCloud
from cloudctl.providers.simulated.backend.networks import allot, on_network
from cloudctl.providers.simulated.backend.objects import Kind, Status
from cloudctl.providers.simulated.backend.refusals import Reason, Refusal


def populate(
    cloud: SimulatedCloud,
    requests: Iterable[ServerRequest],
    *,
    disks: Mapping[UUID, Iterable[VolumeRequest]] | None = None,
    stopped: frozenset[UUID] = frozenset(),
    keyed: bool = True,
) -> list[ServerFact]:
    """Puts running servers into the cloud, past capacity, quota, faults and latency.

    `disks` are attached, by the server's key; servers in `stopped` are off; without `keyed` they carry no key, like
    servers that somebody made by hand. Raises Absent or CapacityExhausted for a network that is absent or full.
    """
    addresses: dict[str, Iterator[list[str]]] = {}
    try:
        with cloud.unrecorded() as call:
            facts = []
            for request in requests:
                fixed = _next_address(call, request, addresses)
                status = Status.SHUTOFF if request.key in stopped else Status.ACTIVE
                server = servers.add(call, request, fixed, status, keyed=keyed)
                wanted = (disks or {}).get(request.key, ())
                attached = [volumes.add_attached(call, disk, server, keyed=keyed).id for disk in wanted]
                facts.append(translate.server_fact(server, attached))
            return facts
    except Refusal as refusal:
        raise translate.error(cloud.settings.code, "populate", refusal) from refusal


def _next_address(call: Call, request: ServerRequest, free: dict[str, Iterator[list[str]]]) -> list[str]:
    """The next free addresses of the request's network; each network's servers are read once."""
    if request.network not in free:
        network = call.get(Kind.NETWORK, request.tenant, request.network)
        free[request.network] = allot(network, on_network(call, request.tenant, network.id))
    fixed = next(free[request.network], None)
    if fixed is None:
        raise Refusal(Reason.NO_CAPACITY, f"network {request.network} has no free address")
    return fixed
