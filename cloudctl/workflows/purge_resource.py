"""purge_resource: deletes from the cloud what has passed its retention, then frees its quota and prefixes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.addresses import Address
from cloudctl.domain.networks import Network
from cloudctl.domain.resources import ResourceKind
from cloudctl.domain.servers import Server
from cloudctl.domain.volumes import Volume
from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.ports.context import Context
from cloudctl.services import resources
from cloudctl.workflows.attempts import step
from cloudctl.workflows.building import remove_objects, settle
from cloudctl.workflows.changing import detach
from cloudctl.workflows.objects import ADDRESSES, NETWORKS, SERVERS, VOLUMES, Handler
from cloudctl.workflows.restore_resource import resource_site

HANDLERS: dict[ResourceKind, Handler] = {
    Server.KIND: SERVERS,
    Volume.KIND: VOLUMES,
    Network.KIND: NETWORKS,
    Address.KIND: ADDRESSES,
}


@step
def delete_object(ctx: Context, resource_id: str) -> None:
    """Cuts a server's volumes loose, then deletes the object and waits until the cloud no longer lists it."""
    resource, site, belongings = resource_site(ctx, UUID(resource_id))
    handler = HANDLERS[resource.KIND]
    if isinstance(resource, Server):
        for other in belongings:
            if isinstance(other, Volume):
                detach(site, other.id)
    if isinstance(resource, Volume):
        detach(site, resource.id)
    found = settle(site, handler, [resource.id]) if resource.backend_id is None else {}
    objects = {key: fact.backend_id for key, fact in found.items()}
    if resource.backend_id is not None:
        objects[resource.id] = resource.backend_id
    remove_objects(site, handler, objects)


@step
def finish_purge(ctx: Context, resource_id: str) -> None:
    """Frees quota and prefixes."""
    resources.finish_purge(ctx, UUID(resource_id))


def body(steps: Any, resource_id: str) -> Verdict:
    """Delete, then book it; a failure leaves the resource purging, and the next day's scan tries again."""
    verdict: Verdict = steps.delete_object(resource_id)
    if verdict["outcome"] == "done":
        verdict = steps.finish_purge(resource_id)
    return verdict


PURGE_RESOURCE = Saga(name="purge_resource", steps=(delete_object, finish_purge), body=body)
