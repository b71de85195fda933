"""Change items as transactions: resize, extend, renew and release, put on record around the calls to the cloud.

for change in changes_of(ctx, order_id):
    start_change(ctx, order_id, change)      # resource: changing, or releasing
    ...                                      # the cloud is asked
    finish_change(ctx, order_id, change)     # the record takes the new values, the ledger is booked
"""

from __future__ import annotations

from uuid import UUID

from cloudctl.domain.errors import Rejected
from cloudctl.domain.items import (
    CHANGE_ITEMS,
    ExtendItem,
    Item,
    ReleaseItem,
    RenewItem,
    ResizeItem,
    changed_resource,
    item_kind,
)
from cloudctl.domain.orders import Order
from cloudctl.domain.plans import Change, change_demand
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server
from cloudctl.domain.volumes import Volume
from cloudctl.ports.context import Context
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.deliveries import platform_request
from cloudctl.services.history import say
from cloudctl.services.retention import retain

# The progress line of each kind of change.
SAID = {
    "resize": "{name} now has the specification {value}.",
    "extend": "{name} now has {value} GiB.",
    "renew": "{name} now runs until {value}.",
    "release": "{name} is switched off; it can be restored for {value} days.",
}


def changes_of(ctx: Context, order_id: UUID) -> list[Change]:
    """The change items of an order that are not applied yet, with their resources."""
    with ctx.unit_of_work(platform_request(str(order_id))) as uow:
        changes = _changes(uow, uow.orders.get(order_id))
        return [change for change in changes if not _applied(change.item, change.resource)]


def touched_by(ctx: Context, order_id: UUID) -> int:
    """How many change items an order has."""
    with ctx.unit_of_work(platform_request(str(order_id))) as uow:
        return sum(isinstance(item, CHANGE_ITEMS) for item in uow.orders.get(order_id).items)


def start_change(ctx: Context, order_id: UUID, change: Change) -> None:
    """Marks the resource as changing, or releasing, before the cloud is asked."""
    with ctx.unit_of_work(platform_request(str(order_id))) as uow:
        resource = uow.resources.lock(change.resource.id)
        if resource.state == "active" and isinstance(change.item, ReleaseItem) and resource.protected:
            raise Rejected("{name} was protected from release after the approval.", name=resource.name)
        if resource.state == "active" and not isinstance(change.item, RenewItem):
            resource.advance("release" if isinstance(change.item, ReleaseItem) else "change")


def finish_change(ctx: Context, order_id: UUID, change: Change) -> None:
    """The cloud confirmed: the record takes the new values; what shrank is freed now, what grew is committed now."""
    with ctx.unit_of_work(platform_request(str(order_id))) as uow:
        order = uow.orders.lock(order_id)
        resource = uow.resources.lock(change.resource.id)
        if _applied(change.item, resource):
            return
        value = _take_over(ctx, uow, order, change, resource)
        uow.quotas.commit(order, resource.cloud, change.demand.growth())
        shrinking = change.demand.shrinking()
        uow.quotas.free(resource.department_id, resource.cloud, resource.zone, shrinking, order.id)
        say(uow, order, SAID[item_kind(change.item)], name=resource.name, value=value)
        uow.audit(
            f"update/{item_kind(change.item)}",
            resource.KIND.value,
            resource.id,
            department_id=resource.department_id,
            after={"order": order.number, "state": resource.state},
        )


def _take_over(ctx: Context, uow: UnitOfWork, order: Order, change: Change, resource: Resource) -> object:
    """The record takes the new values; answers the one that is told."""
    match change.item:
        case ResizeItem() if isinstance(resource, Server):
            specification = uow.catalogue.specification(change.item.specification)
            resource.specification = specification.code
            resource.vcpu = specification.vcpu
            resource.memory_mib = specification.memory_mib
            resource.root_disk_gib = specification.root_disk_gib
            resource.advance("activate")
            return specification.code
        case ExtendItem() if isinstance(resource, Volume):
            resource.size_gib = change.item.size_gib
            resource.advance("activate")
            return resource.size_gib
        case RenewItem():
            resource.expires_on = change.item.expires_on
            return resource.expires_on
        case _:
            return retain(ctx, uow, resource, order.id)


def _changes(uow: UnitOfWork, order: Order) -> list[Change]:
    """The order's change items against the records as they stand."""
    changes = []
    for position, item in enumerate(order.items):
        key = changed_resource(item)
        if key is not None and isinstance(item, CHANGE_ITEMS):
            resource = uow.resources.get(key)
            wanted = uow.catalogue.specification(item.specification) if isinstance(item, ResizeItem) else None
            demand = change_demand(item, resource, wanted)
            changes.append(Change(position=position, item=item, resource=resource, demand=demand, wanted=wanted))
    return changes


def _applied(item: Item, resource: Resource) -> bool:
    """Whether the record already has the change: then an earlier run of the step finished it."""
    match item:
        case ResizeItem():
            return isinstance(resource, Server) and resource.specification == item.specification
        case ExtendItem():
            return isinstance(resource, Volume) and resource.size_gib >= item.size_gib
        case RenewItem():
            return resource.expires_on is not None and resource.expires_on >= item.expires_on
        case _:
            return resource.state in {"retained", "purging", "released"}
