"""restore_resource: brings a retained resource back within its retention."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.addresses import Address
from cloudctl.domain.errors import Failed
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server, ServerStatus
from cloudctl.domain.volumes import Volume, VolumeStatus
from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.ports.context import Context
from cloudctl.services import resources
from cloudctl.workflows import reaching
from cloudctl.workflows.attempts import insist, poll, step
from cloudctl.workflows.changing import switch
from cloudctl.workflows.objects import SERVERS, VOLUMES, Site


@step
def switch_on(ctx: Context, resource_id: str) -> None:
    """A server with its disks and addresses, back on its networks; a volume or an address back at its server.

    A segment needs nothing. The server is reached from outside only when everything that belongs to it is there again.
    """
    resource, site, belongings = resource_site(ctx, UUID(resource_id))
    match resource:
        case Server():
            retained = [other for other in belongings if other.state == "retained"]
            for volume in retained:
                if isinstance(volume, Volume):
                    attach(site, resource, volume)
            start(site, resource)
            reaching.take_back(site, resource)
            for address in retained:
                if isinstance(address, Address):
                    reaching.aim(site, address, resource)
        case Volume() if belongings:
            attach(site, belongings[0], resource)
        case Address():
            reaching.aim(site, resource, belongings[0])


@step
def finish_restore(ctx: Context, resource_id: str) -> None:
    """Active again on record."""
    resources.finish_restore(ctx, UUID(resource_id))


def resource_site(ctx: Context, resource_id: UUID) -> tuple[Resource, Site, list[Resource]]:
    """A resource, where it stands, and what belongs to it."""
    resource, cloud, tenant, belongings = resources.load(ctx, resource_id)
    return resource, Site(ctx=ctx, provider=ctx.clouds.provider(cloud), tenant=tenant), belongings


def body(steps: Any, resource_id: str) -> Verdict:
    """Switch on, then book it."""
    verdict: Verdict = steps.switch_on(resource_id)
    if verdict["outcome"] == "done":
        verdict = steps.finish_restore(resource_id)
    return verdict


RESTORE_RESOURCE = Saga(name="restore_resource", steps=(switch_on, finish_restore), body=body)


def attach(site: Site, server: Resource, volume: Resource) -> None:
    """Attaches a volume to its server unless it is, and waits for it."""

    def look() -> bool | None:
        fact = VOLUMES.find(site, [volume.id]).get(volume.id)
        if fact is None or (fault := VOLUMES.fault(fact)) is not None:
            raise Failed("{fault}", fault=f"volume {volume.name} is gone" if fact is None else fault)
        if fact.server is None and fact.status is VolumeStatus.AVAILABLE:
            site.provider.servers.attach(site.tenant, server.backend_id or "", fact.backend_id)
        return True if fact.server == server.backend_id and VOLUMES.ready(fact) else None

    poll(site.ctx, look, f"attachment of {volume.name}")


def start(site: Site, server: Server) -> None:
    """Switches a server on, and waits until it is."""
    insist(site.ctx, lambda: switch(site, server, "start"))
    poll(site.ctx, lambda: _running(site, server), f"start of {server.name}")


def _running(site: Site, server: Server) -> bool | None:
    fact = SERVERS.find(site, [server.id]).get(server.id)
    return True if fact is not None and fact.status is ServerStatus.ACTIVE else None
