"""restore_resource: brings a retained resource back within its retention."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server, ServerStatus
from cloudctl.domain.volumes import Volume
from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.ports.context import Context
from cloudctl.services import resources
from cloudctl.workflows.attempts import insist, poll, step
from cloudctl.workflows.changing import switch
from cloudctl.workflows.objects import SERVERS, Site


@step
def switch_on(ctx: Context, resource_id: str) -> None:
    """Starts a server and waits for it; attaches a volume to its server again. The others need nothing."""
    resource, site, belongings = resource_site(ctx, UUID(resource_id))
    if isinstance(resource, Server):
        insist(ctx, lambda: switch(site, resource, "start"))
        poll(ctx, lambda: _running(site, resource), f"start of {resource.name}")
    if isinstance(resource, Volume) and belongings:
        server, volume = belongings[0].backend_id or "", resource.backend_id or ""
        insist(ctx, lambda: site.provider.servers.attach(site.tenant, server, volume))


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


def _running(site: Site, server: Server) -> bool | None:
    fact = SERVERS.find(site, [server.id]).get(server.id)
    return True if fact is not None and fact.status is ServerStatus.ACTIVE else None
