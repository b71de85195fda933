"""The deletion of a cleared system, as transactions: each resource is led to `purging` before its delete is sent.

From there on it is on record as being deleted, whatever dies. It stays claimed by the case until that books it out, so
that no daily purge overtakes it.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from cloudctl.domain.networks import Network
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server
from cloudctl.ports.context import Context
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.deliveries import platform_request
from cloudctl.services.retention import end

TO_PURGING = (("active", "release"), ("releasing", "retain"), ("retained", "purge"))
GONE = frozenset({"released", "undone"})


def begin(ctx: Context, clearing_id: UUID, resource_ids: Collection[UUID]) -> None:
    """These are being deleted from here on."""
    with ctx.unit_of_work(platform_request(f"deletion:{clearing_id}")) as uow:
        for resource in uow.resources.lock_all(resource_ids):
            _lead(uow, clearing_id, resource)


def networks(ctx: Context, clearing_id: UUID) -> list[Network]:
    """The segments of the deleted servers that nothing else stands on, and that belong to the system."""
    with ctx.unit_of_work(platform_request(f"deletion:{clearing_id}")) as uow:
        clearing = uow.clearings.get(clearing_id)
        ours = [each for each in uow.resources.lock_all(clearing.servers) if isinstance(each, Server)]
        found = []
        for key in sorted({server.network_id for server in ours if server.network_id is not None}):
            network = uow.resources.get(key)
            left = uow.resources.on_network(key) - sum(s.network_id == key and s.state not in GONE for s in ours)
            if not isinstance(network, Network) or network.system_id != clearing.system_id:
                continue
            if left == 0 and network.state in {"active", "retained", "purging"}:
                found.append(network)
        return found


def end_network(ctx: Context, clearing_id: UUID, network_id: UUID) -> None:
    """The cloud confirms that a segment is gone: its prefixes cool down, its quota is freed."""
    with ctx.unit_of_work(platform_request(f"deletion:{clearing_id}")) as uow:
        network = uow.resources.lock(network_id)
        if network.state not in GONE:
            _lead(uow, clearing_id, network)
            network.unclaim(clearing_id)
            end(ctx, uow, network, "vanish")


def _lead(uow: UnitOfWork, clearing_id: UUID, resource: Resource) -> None:
    if resource.state in {*GONE, "purging"}:
        return
    resource.claim(clearing_id, "servers")
    for state, event in TO_PURGING:
        if resource.state == state:
            resource.advance(event)
    uow.audit("delete/purge", resource.KIND.value, resource.id, department_id=resource.department_id)
