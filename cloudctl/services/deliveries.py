"""The machine half of an order, as transactions: what the saga's steps put on record between calls to the cloud.

A step loads what it needs, acts on the cloud, and stores what it learned; no call to a cloud happens in here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from cloudctl.domain.accounts import PLATFORM
from cloudctl.domain.addresses import Address
from cloudctl.domain.calendars import add_months, today_for_people
from cloudctl.domain.catalogue import Image, VolumeType
from cloudctl.domain.clouds import Cloud
from cloudctl.domain.errors import Conflict, NotFound
from cloudctl.domain.groups import carrier
from cloudctl.domain.inventory import CloudObject
from cloudctl.domain.items import (
    NEW_ITEMS,
)
from cloudctl.domain.networks import Network
from cloudctl.domain.orders import Order
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.domain.resources import Resource, Tenant
from cloudctl.domain.servers import Server
from cloudctl.domain.volumes import Volume
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import evaluations, fittings
from cloudctl.services.history import advance, say
from cloudctl.services.vlans import take_another

Kind = TypeVar("Kind", bound=Resource)


def platform_request(workflow: str) -> Request:
    """The platform itself acts; the workflow's id stands where a request's id would."""
    return Request(actor=PLATFORM, request_id=workflow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a step works on: the order, one of its clouds, the tenant there, and the resources that belong there.

    Resources are as they stood when it was loaded. `images` and `volume_types` give this cloud's own names of the
    catalogue's codes.
    """

    order: Order
    cloud: Cloud
    department_code: str
    tenant: str | None
    limits: Mapping[Dimension, int]
    resources: tuple[Resource, ...]
    resource_ids: Mapping[UUID, str | None]
    images: Mapping[str, str]
    volume_types: Mapping[str, str]

    def of(self, kind: type[Kind]) -> list[Kind]:
        """The order's resources of one kind that are not undone."""
        return [resource for resource in self.resources if isinstance(resource, kind) and resource.state != "undone"]


def load(ctx: Context, order_id: UUID) -> list[Delivery]:
    """The order's deliveries, one a cloud, by code."""
    with ctx.unit_of_work(platform_request(str(order_id))) as uow:
        order = uow.orders.get(order_id)
        resources = uow.resources.of_order(order_id)
        return [
            _delivery(uow, order, code, tuple(resource for resource in resources if resource.cloud == code))
            for code in order.clouds
        ]


def _delivery(uow: UnitOfWork, order: Order, code: str, resources: tuple[Resource, ...]) -> Delivery:
    """One cloud's; `resource_ids` has the backend id of everything its resources refer to."""
    cloud = uow.clouds.by_code(code)
    tenant = uow.tenants.get(order.department_id, code)
    return Delivery(
        order=order,
        cloud=cloud,
        department_code=uow.departments.get(order.department_id).code,
        tenant=tenant.backend_id if tenant else None,
        limits=fence(uow, order.department_id, code, order.zone),
        resources=resources,
        resource_ids={key: _backend_id(uow, key) for key in _referred(resources)},
        images=_names(cloud, [uow.catalogue.image(r.image) for r in resources if isinstance(r, Server) and r.image]),
        volume_types=_names(
            cloud,
            [uow.catalogue.volume_type(r.volume_type) for r in resources if isinstance(r, Volume) and r.volume_type],
        ),
    )


def begin(ctx: Context, order_id: UUID, attempt: int | None = None) -> bool:
    """Starts the build; False when the order was withdrawn or its approval taken back. A second call goes on.

    A saga of an earlier `attempt`, whose approval was recalled, ends here: the order is another saga's.
    """
    with ctx.unit_of_work(platform_request(str(order_id))) as uow:
        order = uow.orders.lock(order_id)
        if attempt is not None and attempt != order.attempt:
            return False
        if order.state == "approved":
            advance(uow, order, "provision")
        return order.state == "provisioning"


def cancelled(ctx: Context, order_id: UUID) -> bool:
    """Whether the applicant asked for the build to stop."""
    with ctx.unit_of_work(platform_request(str(order_id))) as uow:
        return uow.orders.get(order_id).cancel_requested


def keep_tenant(ctx: Context, delivery: Delivery, backend_id: str) -> None:
    """Puts the department's project on record; a second call does nothing.

    Two first orders of a department may both get here; they were answered the same project, and one row is enough.
    """
    order = delivery.order
    with suppress(Conflict), ctx.unit_of_work(platform_request(str(order.id))) as uow:
        if uow.tenants.get(order.department_id, delivery.cloud.code) is None:
            uow.tenants.add(Tenant(department_id=order.department_id, cloud=delivery.cloud.code, backend_id=backend_id))


def mark_building(ctx: Context, order_id: UUID, keys: Iterable[UUID]) -> set[UUID]:
    """Marks planned resources as building before the first create is sent; answers those that were so already.

    For the answered ones an earlier create may have gone out: they have to be looked for until the backend's list
    has settled.
    """
    with ctx.unit_of_work(platform_request(str(order_id))) as uow:
        earlier = set()
        for key in keys:
            resource = uow.resources.lock(key)
            if resource.state == "planned":
                resource.advance("build")
            else:
                earlier.add(key)
        return earlier


def keep_backend_ids(ctx: Context, order_id: UUID, found: Mapping[UUID, str], message: str | None = None) -> None:
    """Puts backend ids on record as soon as they are known, with one progress line for all."""
    with ctx.unit_of_work(platform_request(str(order_id))) as uow:
        order = uow.orders.get(order_id)
        for key, backend_id in found.items():
            uow.resources.lock(key).backend_id = backend_id
        if message and found:
            say(uow, order, message, count=len(found))


def another_vlan(
    ctx: Context, order_id: UUID, network: Network, seen: Sequence[CloudObject], tried: Collection[int]
) -> int:
    """The VLAN that a network has from now on, because what was `seen` in its cloud carries the one it had."""
    with ctx.unit_of_work(platform_request(str(order_id))) as uow:
        return take_another(uow, uow.orders.get(order_id), network, seen, tried)


def keep_facts(ctx: Context, order_id: UUID, addresses: Mapping[UUID, tuple[str, ...]]) -> None:
    """Puts what verification saw on record: servers' fixed addresses, floating addresses' values."""
    with ctx.unit_of_work(platform_request(str(order_id))) as uow:
        for key, values in addresses.items():
            resource = uow.resources.lock(key)
            if isinstance(resource, Server):
                resource.fixed_addresses = list(values)
                resource.power = "on"
            elif isinstance(resource, Address):
                resource.address = values[0] if values else None


def undo(ctx: Context, order_id: UUID, keys: Iterable[UUID]) -> None:
    """Puts on record that never-delivered resources are gone from the cloud."""
    with ctx.unit_of_work(platform_request(str(order_id))) as uow:
        for key in keys:
            resource = uow.resources.lock(key)
            if resource.state != "undone":
                resource.advance("undo")
                resource.backend_id = None


def deliver(ctx: Context, order_id: UUID) -> None:
    """Everything stands: resources active with their term, holds become commits, prefixes assigned, people told."""
    with ctx.unit_of_work(platform_request(str(order_id))) as uow:
        order = uow.orders.lock(order_id)
        if order.state == "delivered":
            return
        today, built = today_for_people(uow.now), dict.fromkeys(order.clouds, Demand())
        guarded = uow.systems.get(order.system_id).mlps_level >= ctx.limits.protect_from_mlps
        for resource in uow.resources.of_order(order_id):
            if resource.state == "building":
                resource.advance("activate")
                resource.protected = guarded
                built[resource.cloud] = built[resource.cloud] + resource.footprint
                item = order.items[resource.item]
                if isinstance(item, NEW_ITEMS):
                    resource.expires_on = add_months(today, item.term_months)
        for code, amounts in built.items():
            uow.quotas.commit(order, code, amounts)
        order.held = False
        for prefix in uow.prefixes.of_order(order_id):
            if prefix.state == "reserved":
                prefix.advance("assign")
        for resource in uow.resources.claimed_by(order_id):
            resource.unclaim(order_id)
        fittings.assign(uow, order)
        order.delivered_at = uow.now
        order.last_error = None
        advance(uow, order, "deliver")
        if order.cancel_requested:
            order.cancel_requested = False
            say(uow, order, "The withdrawal came too late: everything was built already.")


def park(ctx: Context, order_id: UUID, step: str, reason: str) -> None:
    """Hands the order to an operator, with the backend's words; everything stays held."""
    with ctx.unit_of_work(platform_request(str(order_id))) as uow:
        order = uow.orders.lock(order_id)
        if order.state == "provisioning":
            order.last_error = f"{step}: {reason}"
            advance(uow, order, "park", order.last_error)


def fail(ctx: Context, order_id: UUID, step: str, reason: str) -> None:
    """All is undone: lets go of what was held and tells why; withdrawn orders end as cancelled."""
    with ctx.unit_of_work(platform_request(str(order_id))) as uow:
        order = uow.orders.lock(order_id)
        if order.state != "provisioning":
            return
        for resource in uow.resources.claimed_by(order_id):
            if resource.state in {"changing", "releasing"}:
                resource.advance("activate")
        evaluations.let_go(uow, order)
        order.last_error = f"{step}: {reason}"
        advance(uow, order, "cancel" if order.cancel_requested else "fail", order.last_error)


def fence(uow: UnitOfWork, department_id: UUID, cloud: str, zone: str) -> dict[Dimension, int]:
    """The backend's own limits: ours, and room for what stands in the project without being in the ledger.

    That is what was transferred to others, and what backups under way try out.
    """
    tenant = uow.tenants.get(department_id, cloud)
    guests = uow.resources.guests(tenant.backend_id) if tenant else ()
    taken = sum((guest.footprint for guest in guests), Demand())
    taken = sum((trial.footprint for trial in uow.backups.under_way(department_id, cloud)), taken)
    return {
        dimension: quota.limit + taken[dimension]
        for dimension, quota in uow.quotas.of(department_id, cloud, zone).items()
    }


def _referred(resources: Iterable[Resource]) -> set[UUID]:
    """What the resources point to: networks of servers, servers of volumes and addresses."""
    return {key for resource in resources if (key := carrier(resource)) is not None}


def _names(cloud: Cloud, entries: Iterable[Image | VolumeType]) -> dict[str, str]:
    """This cloud's names by code, where the catalogue has one."""
    return {entry.code: entry.names[cloud.code] for entry in entries if cloud.code in entry.names}


def _backend_id(uow: UnitOfWork, key: UUID) -> str | None:
    try:
        return uow.resources.get(key).backend_id
    except NotFound:
        return None
