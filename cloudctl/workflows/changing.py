"""Change items on a cloud: resize, extend, renew, release. Each is looked at before it is acted on.

Items are applied one after the other and booked one by one. When an item fails for good after others of its order
were applied, the order is parked: what was applied stays applied and booked, and an operator decides.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from cloudctl.domain.addresses import Address
from cloudctl.domain.catalogue import Specification
from cloudctl.domain.clouds import Capability
from cloudctl.domain.errors import Absent, Failed
from cloudctl.domain.items import ExtendItem, ReleaseItem, ResizeItem
from cloudctl.domain.plans import Change
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server, ServerFact, ServerStatus
from cloudctl.domain.volumes import Volume, VolumeStatus
from cloudctl.domain.workflows import Verdict
from cloudctl.ports.context import Context
from cloudctl.services import changes, resources
from cloudctl.services.deliveries import Delivery, platform_request
from cloudctl.workflows import reaching
from cloudctl.workflows.attempts import FINAL, insist, poll
from cloudctl.workflows.building import open_sites
from cloudctl.workflows.objects import SERVERS, VOLUMES, Site

STILL = frozenset({ServerStatus.ACTIVE, ServerStatus.STOPPED})
LOOSE = frozenset({VolumeStatus.AVAILABLE, VolumeStatus.ERROR})


def set_backend_quota(ctx: Context, delivery: Delivery, tenant: str) -> None:
    """The backend's own limits follow ours, where it has such."""
    provider = ctx.clouds.provider(delivery.cloud)
    if Capability.BACKEND_QUOTA in provider.capabilities and delivery.limits:
        insist(ctx, lambda: provider.tenants.set_quota(tenant, delivery.limits))


def apply_all(ctx: Context, order_id: UUID) -> Verdict | None:
    """Applies what is not applied yet, in the order of the form."""
    touched, pending = changes.touched_by(ctx, order_id), changes.changes_of(ctx, order_id)
    applied = touched - len(pending)
    for change in pending:
        try:
            changes.start_change(ctx, order_id, change)
            _apply(_site(ctx, order_id, change), change)
        except FINAL as error:
            if not applied:
                raise
            return {"outcome": "park", "reason": str(error), "step": "apply_changes"}
        changes.finish_change(ctx, order_id, change)
        applied += 1
    return None


def take_back(ctx: Context, order_id: UUID) -> None:
    """Takes back what unfinished changes had begun, and makes sure of it: raises Failed for what is not as before.

    A release that did not happen leaves a server running and a volume attached. A resize or an extension that the
    cloud has carried out, or broke on, cannot be taken back: the order waits for an operator then.
    """
    for change in changes.changes_of(ctx, order_id):
        if change.resource.state in {"changing", "releasing"}:
            _take_back(_site(ctx, order_id, change), change)


def _take_back(site: Site, change: Change) -> None:
    resource = change.resource
    if isinstance(resource, Server):
        on = resource.power != "off"
        if resource.state == "releasing":
            reaching.take_back(site, resource)
        if on and resource.state == "releasing":
            insist(site.ctx, lambda: switch(site, resource, "start"))
        poll(site.ctx, lambda: _server_as_before(site, resource, on=on), f"return of {resource.name}")
    if isinstance(resource, Volume):
        poll(site.ctx, lambda: _volume_as_before(site, resource), f"return of {resource.name}")
    if isinstance(resource, Address):
        server = resources.get(site.ctx, platform_request(str(resource.id)), Server, resource.server_id)
        reaching.aim(site, resource, server)


def _site(ctx: Context, order_id: UUID, change: Change) -> Site:
    """Where the resource stands: what was transferred is still in the project where it was built."""
    site = next(site for site in open_sites(ctx, order_id) if site.delivery.cloud.code == change.resource.cloud)
    return replace(site, tenant=change.resource.tenant or site.tenant)


def _server_as_before(site: Site, server: Server, *, on: bool) -> bool | None:
    fact = _fact(site, server.id)
    resized = fact.vcpu is not None and (fact.vcpu, fact.memory_mib) != (server.vcpu, server.memory_mib)
    if resized or fact.status is ServerStatus.RESIZED:
        raise Failed("Server {name} is resized in the cloud already: let the order go on.", name=server.name)
    return True if fact.status is (ServerStatus.ACTIVE if on else ServerStatus.STOPPED) else None


def _volume_as_before(site: Site, volume: Volume) -> bool | None:
    """Attaches a volume again that a release had cut loose."""
    fact = VOLUMES.find(site, [volume.id]).get(volume.id)
    if fact is None or (fault := VOLUMES.fault(fact)) is not None:
        raise Failed("{fault}", fault=f"volume {volume.name} is gone" if fact is None else fault)
    if fact.size_gib != volume.size_gib:
        raise Failed("Volume {name} is extended in the cloud already: let the order go on.", name=volume.name)
    server = None if volume.server_id is None else SERVERS.find(site, [volume.server_id]).get(volume.server_id)
    if server is None or fact.server is not None:
        return True if VOLUMES.ready(fact) else None
    if fact.status is VolumeStatus.AVAILABLE:
        site.provider.servers.attach(site.tenant, server.backend_id, fact.backend_id)
    return None


def switch(site: Site, server: Server, act: str) -> None:
    """Starts or stops a server by its record."""
    getattr(site.provider.servers, act)(site.tenant, server.backend_id or "")


def _apply(site: Site, change: Change) -> None:
    match change.item, change.resource:
        case ResizeItem(), Server():
            assert change.wanted is not None
            resize(site, change.resource, change.wanted)
        case ExtendItem(), Volume():
            extend(site, change.resource, change.item.size_gib)
        case ReleaseItem(), resource:
            put_by(site, resource)


def put_by(site: Site, resource: Resource) -> None:
    """Switches a server off and cuts it off, an address and a volume loose; a segment needs nothing."""
    match resource:
        case Server():
            switch_off(site, resource)
            reaching.cut_off(site, resource)
        case Address():
            reaching.aim(site, resource, None)
        case Volume():
            detach(site, resource.id)


def switch_off(site: Site, server: Server) -> None:
    """Stops a server, and waits until it is."""
    insist(site.ctx, lambda: switch(site, server, "stop"))
    poll(site.ctx, lambda: _stopped(site, server.id), f"stop of {server.name}")


def resize(site: Site, server: Server, wanted: Specification | Server) -> None:
    """Gives a server these sizes. Looks first: a resize that an earlier run sent is confirmed, not sent again."""
    provider, backend_id, sent = site.provider.servers, server.backend_id or "", False

    def look() -> bool | None:
        nonlocal sent
        fact = _fact(site, server.id)
        if fact.status is ServerStatus.RESIZED:
            provider.confirm_resize(site.tenant, backend_id)
        elif fact.status in STILL:
            if (fact.vcpu, fact.memory_mib) == (wanted.vcpu, wanted.memory_mib):
                return True
            if sent:
                raise Failed("The cloud did not resize {name}: {fault}", name=server.name, fault=fact.fault or "-")
            provider.resize(site.tenant, backend_id, wanted.vcpu, wanted.memory_mib, wanted.root_disk_gib)
            sent = True
        return None

    poll(site.ctx, look, f"resize of {server.name}")


def extend(site: Site, volume: Volume, size_gib: int) -> None:
    """Makes a volume larger, and waits until it is."""
    insist(site.ctx, lambda: site.provider.volumes.extend(site.tenant, volume.backend_id or "", size_gib))

    def look() -> bool | None:
        fact = VOLUMES.find(site, [volume.id]).get(volume.id)
        if fact is None or (fault := VOLUMES.fault(fact)) is not None:
            raise Failed("{fault}", fault=f"volume {volume.name} is gone" if fact is None else fault)
        return True if fact.size_gib >= size_gib and VOLUMES.ready(fact) else None

    poll(site.ctx, look, f"extension of {volume.name}")


def detach(site: Site, volume_key: UUID) -> None:
    """Cuts a volume loose from whatever server the cloud says it is attached to, and waits for it."""

    def look() -> bool | None:
        fact = VOLUMES.find(site, [volume_key]).get(volume_key)
        if fact is None or (fact.server is None and fact.status in LOOSE):
            return True
        if (fault := VOLUMES.fault(fact)) is not None:
            raise Failed("{fault}", fault=fault)
        if fact.server is not None and fact.status is VolumeStatus.IN_USE:
            site.provider.servers.detach(site.tenant, fact.server, fact.backend_id)
        return None

    poll(site.ctx, look, "detachment")


def _stopped(site: Site, key: UUID) -> bool | None:
    return True if _fact(site, key).status is ServerStatus.STOPPED else None


def _fact(site: Site, key: UUID) -> ServerFact:
    """A server as it stands; raises Absent, or Failed with the cloud's words for one in error."""
    fact: ServerFact | None = SERVERS.find(site, [key]).get(key)
    if fact is None:
        raise Absent("Server {key} is gone from the cloud.", key=str(key))
    if (fault := SERVERS.fault(fact)) is not None:
        raise Failed("{fault}", fault=fault)
    return fact
