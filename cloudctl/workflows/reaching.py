"""Who can be reached: servers cut off from their networks and taken back, floating addresses aimed and put by.

Each act is looked at afterwards: what the cloud does not confirm is not done.
"""

from __future__ import annotations

from cloudctl.domain.clouds import Capability
from cloudctl.domain.resources import Resource
from cloudctl.workflows.attempts import insist, poll
from cloudctl.workflows.objects import ADDRESSES, Site


def cut_off(site: Site, server: Resource) -> None:
    """Cuts a server off from its networks, and makes sure of it; its addresses stay its own."""
    _gate(site, server, cut=True)


def take_back(site: Site, server: Resource) -> None:
    """Takes a server back onto its networks, and makes sure of it."""
    _gate(site, server, cut=False)


def aim(site: Site, address: Resource, server: Resource | None) -> None:
    """Points a floating address to a server, or to nothing, and waits until the cloud shows it so."""
    addresses, backend_id = site.provider.addresses, address.backend_id or ""
    goal = None if server is None else server.backend_id

    def look() -> bool | None:
        fact = ADDRESSES.find(site, [address.id]).get(address.id)
        return True if fact is not None and fact.server == goal else None

    if look() is None:
        insist(site.ctx, lambda: addresses.point(site.tenant, backend_id, goal))
        poll(site.ctx, look, f"aim of {address.name}")


def _gate(site: Site, server: Resource, *, cut: bool) -> None:
    """A cloud that cannot isolate is left as it is: there a server is only switched off."""
    if Capability.ISOLATE not in site.provider.capabilities:
        return
    servers, backend_id = site.provider.servers, server.backend_id or ""
    act = servers.isolate if cut else servers.rejoin
    insist(site.ctx, lambda: act(site.tenant, backend_id))
    poll(
        site.ctx,
        lambda: True if servers.isolated(site.tenant, backend_id) is cut else None,
        f"ports of {server.name}",
    )
