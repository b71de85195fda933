"""Change items on a cloud: resize, extend, renew, release. Each is looked at before it is acted on.

Items are applied one after the other and booked one by one. When an item fails for good after others of its order
were applied, the order is parked: what was applied stays applied and booked, and an operator decides.
"""

from __future__ import annotations

from uuid import UUID

from cloudctl.domain.clouds import Capability
from cloudctl.domain.errors import Absent, Failed
from cloudctl.domain.items import CHANGE_ITEMS, ExtendItem, ReleaseItem, ResizeItem
from cloudctl.domain.plans import Change
from cloudctl.domain.servers import Server, ServerFact, ServerStatus
from cloudctl.domain.volumes import Volume, VolumeStatus
from cloudctl.domain.workflows import Verdict
from cloudctl.ports.context import Context
from cloudctl.services import changes, deliveries
from cloudctl.services.deliveries import Delivery
from cloudctl.workflows.attempts import FINAL, insist, poll
from cloudctl.workflows.building import open_site
from cloudctl.workflows.objects import SERVERS, VOLUMES, Site

STILL = frozenset({ServerStatus.ACTIVE, ServerStatus.STOPPED})


def set_backend_quota(ctx: Context, delivery: Delivery, tenant: str) -> None:
    """The backend's own limits follow ours, where it has such."""
    provider = ctx.clouds.provider(delivery.cloud)
    if Capability.BACKEND_QUOTA in provider.capabilities and delivery.limits:
        insist(ctx, lambda: provider.tenants.set_quota(tenant, delivery.limits))


def apply_all(ctx: Context, order_id: UUID) -> Verdict | None:
    """Applies what is not applied yet, in the order of the form."""
    delivery = deliveries.load(ctx, order_id)
    touched = sum(isinstance(item, CHANGE_ITEMS) for item in delivery.order.items)
    pending = changes.changes_of(ctx, order_id)
    applied = touched - len(pending)
    for change in pending:
        changes.start_change(ctx, order_id, change)
        try:
            _apply(open_site(ctx, order_id), change)
        except FINAL as error:
            if not applied:
                raise
            return {"outcome": "park", "reason": str(error), "step": "apply_changes"}
        changes.finish_change(ctx, order_id, change)
        applied += 1
    return None


def take_back(ctx: Context, order_id: UUID) -> None:
    """Servers that were switched off for a release that did not happen run again."""
    for change in changes.changes_of(ctx, order_id):
        resource = change.resource
        if isinstance(resource, Server) and resource.state == "releasing":
            site = open_site(ctx, order_id)
            insist(ctx, lambda site=site, server=resource: switch(site, server, "start"))  # type: ignore[misc]


def switch(site: Site, server: Server, act: str) -> None:
    """Starts or stops a server by its record."""
    getattr(site.provider.servers, act)(site.tenant, server.backend_id or "")


def _apply(site: Site, change: Change) -> None:
    match change.item, change.resource:
        case ResizeItem(), Server():
            _resize(site, change)
        case ExtendItem(), Volume():
            _extend(site, change.resource, change.item.size_gib)
        case ReleaseItem(), Server():
            insist(site.ctx, lambda: switch(site, _server(change), "stop"))
            poll(site.ctx, lambda: _stopped(site, change.resource.id), f"stop of {change.resource.name}")
        case ReleaseItem(), Volume():
            detach(site, change.resource.id)


def _resize(site: Site, change: Change) -> None:
    """Looks first: a resize that an earlier run sent is confirmed, not sent again."""
    server, wanted = _server(change), change.wanted
    assert wanted is not None
    provider, backend_id, sent = site.provider.servers, server.backend_id or "", False

    def look() -> bool | None:
        nonlocal sent
        fact = _fact(site, server.id)
        if fact.status is ServerStatus.ERROR:
            raise Failed("{fault}", fault=SERVERS.fault(fact))
        if fact.status is ServerStatus.RESIZED:
            provider.confirm_resize(site.tenant, backend_id)
        elif fact.status in STILL:
            if (fact.vcpu, fact.memory_mib) == (wanted.vcpu, wanted.memory_mib):
                return True
            if sent:
                raise Failed("The cloud did not resize {name}: {fault}", name=server.name, fault=fact.fault or "-")
            sent = True
            provider.resize(site.tenant, backend_id, wanted.vcpu, wanted.memory_mib, wanted.root_disk_gib)
        return None

    poll(site.ctx, look, f"resize of {server.name}")


def _extend(site: Site, volume: Volume, size_gib: int) -> None:
    insist(site.ctx, lambda: site.provider.volumes.extend(site.tenant, volume.backend_id or "", size_gib))

    def look() -> bool | None:
        fact = VOLUMES.find(site, [volume.id]).get(volume.id)
        if fact is None or fact.status is VolumeStatus.ERROR:
            raise Failed("Volume {name} could not be extended.", name=volume.name)
        return True if fact.size_gib >= size_gib and VOLUMES.ready(fact) else None

    poll(site.ctx, look, f"extension of {volume.name}")


def detach(site: Site, volume_key: UUID) -> None:
    """Cuts a volume loose from whatever server the cloud says it is attached to, and waits for it."""

    def look() -> bool | None:
        fact = VOLUMES.find(site, [volume_key]).get(volume_key)
        if fact is None or (fact.server is None and fact.status is VolumeStatus.AVAILABLE):
            return True
        if fact.server is not None and fact.status is VolumeStatus.IN_USE:
            site.provider.servers.detach(site.tenant, fact.server, fact.backend_id)
        return None

    poll(site.ctx, look, "detachment")


def _stopped(site: Site, key: UUID) -> bool | None:
    return True if _fact(site, key).status is ServerStatus.STOPPED else None


def _fact(site: Site, key: UUID) -> ServerFact:
    fact: ServerFact | None = SERVERS.find(site, [key]).get(key)
    if fact is None:
        raise Absent("Server {key} is gone from the cloud.", key=str(key))
    return fact


def _server(change: Change) -> Server:
    assert isinstance(change.resource, Server)
    return change.resource
