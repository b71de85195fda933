"""provision_order: builds what an order asks for and changes what it names, or undoes all of it.

begin -> prepare_tenant -> build_networks -> build_volumes -> build_servers -> attach_volumes
      -> assign_addresses -> apply_changes -> verify -> deliver
a step fails for good: undo_changes, undo_addresses, undo_servers, undo_volumes, undo_networks -> fail
a step cannot be helped by retrying: park

Each step works on all clouds of the order, one after the other; what fails on one undoes the order on all.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.errors import Failed
from cloudctl.domain.volumes import Volume
from cloudctl.domain.workflows import DONE, Saga, Verdict
from cloudctl.ports.context import Context
from cloudctl.services import deliveries
from cloudctl.services.deliveries import Delivery
from cloudctl.workflows import changing
from cloudctl.workflows.attempts import gravest, insist, poll, step
from cloudctl.workflows.building import await_ready, build, open_sites, settle, side_by_side
from cloudctl.workflows.objects import ADDRESSES, NETWORKS, SERVERS, VOLUMES, BuildingSite, Handler, Site
from cloudctl.workflows.undoing import UNDO_STEPS, settle_order


@step
def begin(ctx: Context, order_id: str, attempt: int | None = None) -> Verdict:
    """The order is provisioning from here on; nothing to do when it was withdrawn or its approval taken back."""
    return DONE if deliveries.begin(ctx, UUID(order_id), attempt) else {"outcome": "stop"}


@step
def prepare_tenant(ctx: Context, order_id: str) -> Verdict | None:
    """The department's project on each of the clouds, with the backend's own quota as a second fence."""
    if deliveries.cancelled(ctx, UUID(order_id)):
        return _withdrawn("prepare_tenant")
    for delivery in deliveries.load(ctx, UUID(order_id)):
        _prepare(ctx, delivery)
    return None


def _prepare(ctx: Context, delivery: Delivery) -> None:
    tenants = ctx.clouds.provider(delivery.cloud).tenants
    key = delivery.order.department_id
    backend_id = delivery.tenant or insist(ctx, lambda: tenants.find(key))
    if backend_id is None:
        backend_id = insist(ctx, lambda: tenants.create(key, delivery.department_code))
    deliveries.keep_tenant(ctx, delivery, backend_id)
    changing.set_backend_quota(ctx, delivery, backend_id)


@step
def build_networks(ctx: Context, order_id: str) -> Verdict | None:
    """Networks with their subnets and routers."""
    return _build(ctx, order_id, NETWORKS)


@step
def build_volumes(ctx: Context, order_id: str) -> Verdict | None:
    """Data volumes."""
    return _build(ctx, order_id, VOLUMES)


@step
def build_servers(ctx: Context, order_id: str) -> Verdict | None:
    """Servers."""
    return _build(ctx, order_id, SERVERS)


@step
def attach_volumes(ctx: Context, order_id: str) -> Verdict | None:
    """Every volume to the server it was ordered for."""
    if deliveries.cancelled(ctx, UUID(order_id)):
        return _withdrawn("attach_volumes")
    for site in open_sites(ctx, UUID(order_id)):
        _attach_all(site)
    return None


def _attach_all(site: BuildingSite) -> None:
    wanted = {volume.id: volume for volume in site.delivery.of(Volume) if volume.server_id is not None}
    if not wanted:
        return
    facts = insist(site.ctx, lambda: VOLUMES.find(site, list(wanted)))
    loose = [volume for key, volume in wanted.items() if key not in facts or facts[key].server is None]
    _, errors = side_by_side(site.ctx, lambda volume: _attach(site, volume), loose)
    if errors:
        raise gravest(errors)
    poll(site.ctx, lambda: _all_attached(site, list(wanted)), "attachments")


@step
def assign_addresses(ctx: Context, order_id: str) -> Verdict | None:
    """Floating addresses to their servers."""
    return _build(ctx, order_id, ADDRESSES)


@step
def apply_changes(ctx: Context, order_id: str) -> Verdict | None:
    """Resizes, extensions, renewals and releases, one after the other."""
    if deliveries.cancelled(ctx, UUID(order_id)):
        return _withdrawn("apply_changes")
    return changing.apply_all(ctx, UUID(order_id))


@step
def verify(ctx: Context, order_id: str) -> None:
    """Looks at everything once more before it is handed over, and keeps the addresses that the cloud gave."""
    kept: dict[UUID, tuple[str, ...]] = {}
    for site in open_sites(ctx, UUID(order_id)):
        kept |= _looked_at(site)
    deliveries.keep_facts(ctx, UUID(order_id), kept)


def _looked_at(site: BuildingSite) -> dict[UUID, tuple[str, ...]]:
    """The addresses of everything on one cloud, once it is all there and ready."""
    kept: dict[UUID, tuple[str, ...]] = {}
    for handler in (NETWORKS, VOLUMES, SERVERS, ADDRESSES):
        keys = [resource.id for resource in site.delivery.of(handler.KIND)]
        if not keys:
            continue
        found = settle(site, handler, keys)
        absent = len(keys) - len(found)
        if absent:
            raise Failed("{count} of {all} objects are gone from the cloud.", count=absent, all=len(keys))
        facts = await_ready(site, handler, found)
        if handler is SERVERS:
            kept |= {key: fact.addresses for key, fact in facts.items()}
        if handler is ADDRESSES:
            kept |= {key: (fact.address,) for key, fact in facts.items()}
    return kept


@step
def deliver(ctx: Context, order_id: str) -> None:
    """Hands over."""
    deliveries.deliver(ctx, UUID(order_id))


FORWARD = (
    prepare_tenant,
    build_networks,
    build_volumes,
    build_servers,
    attach_volumes,
    assign_addresses,
    apply_changes,
    verify,
)


def body(steps: Any, order_id: str, attempt: str | None = None) -> Verdict:
    """Forward until a verdict says otherwise; then undo, or hand over to an operator.

    Sagas that were queued by an older version know no `attempt`.
    """
    verdict: Verdict = steps.begin(order_id, attempt and int(attempt))
    for act in FORWARD:
        if verdict["outcome"] != "done":
            return settle_order(steps, order_id, verdict)
        verdict = getattr(steps, act.__name__)(order_id)
    if verdict["outcome"] == "done":
        verdict = steps.deliver(order_id)
    return settle_order(steps, order_id, verdict)


PROVISION_ORDER = Saga(name="provision_order", steps=(begin, *FORWARD, deliver, *UNDO_STEPS), body=body)


def _build(ctx: Context, order_id: str, handler: Handler) -> Verdict | None:
    if deliveries.cancelled(ctx, UUID(order_id)):
        return _withdrawn(f"build {handler.KIND.KIND.value}")
    for site in open_sites(ctx, UUID(order_id)):
        build(site, handler)
    return None


def _withdrawn(where: str) -> Verdict:
    return {"outcome": "failed", "reason": "withdrawn by the applicant", "step": where}


def _attach(site: BuildingSite, volume: Volume) -> None:
    assert volume.server_id is not None
    server, backend_id = site.backend_id(volume.server_id), site.backend_id(volume.id)
    insist(site.ctx, lambda: site.provider.servers.attach(site.tenant, server, backend_id))


def _all_attached(site: Site, keys: list[UUID]) -> bool | None:
    facts = VOLUMES.find(site, keys)
    fault = next((fault for fact in facts.values() if (fault := VOLUMES.fault(fact))), None)
    if fault:
        raise Failed("{fault}", fault=fault)
    return True if len(facts) == len(keys) and all(fact.server for fact in facts.values()) else None
