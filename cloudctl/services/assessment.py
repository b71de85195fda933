"""The assessment of an order: its plan, cloud, findings, quota and capacity; and what is held for it.

`assess` only reads. `hold`, `register` and `let_go` are the three moments of what an order holds: at submission, at
approval and at its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from cloudctl.domain.accounts import missing
from cloudctl.domain.addresses import IPV6_SEGMENT_LENGTH, Address
from cloudctl.domain.catalogue import Zone
from cloudctl.domain.clouds import Cloud, Placement, Room, place
from cloudctl.domain.errors import Conflict, Invalid, NotFound, PoolExhausted
from cloudctl.domain.items import NetworkItem, ReleaseItem
from cloudctl.domain.networks import Network
from cloudctl.domain.orders import Order
from cloudctl.domain.plans import Plan, Planner
from cloudctl.domain.policies import Effect, Finding, Ruling
from cloudctl.domain.quotas import Demand, Dimension, Quota
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server
from cloudctl.ports.context import Context
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.facts import order_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What the applicant sees before handing in and the reviewer beside the order."""

    plan: Plan
    demand: Demand
    placement: Placement
    ruling: Ruling
    quota: dict[Dimension, Quota]
    capacity: dict[Dimension, Room]

    @property
    def denials(self) -> list[Finding]:
        """The findings in force that deny."""
        return [finding for finding in self.ruling.findings if finding.effect is Effect.DENY and finding.in_force]


def assess(ctx: Context, uow: UnitOfWork, order: Order) -> Assessment:
    """Plans, places and judges; raises Invalid, NotFound or PoolExhausted where the order cannot be meant so.

    An order that holds quota stays on the cloud where it holds it.
    """
    zone = known_zone(uow, order.zone)
    system = uow.systems.get(order.system_id)
    plan = plan_of(uow, order)
    used = uow.quotas.used_by_cloud()
    if order.held:
        _without_own(used, order, plan.growth)
    placement = place(
        _candidates(uow, order, plan),
        zone=zone.code,
        mlps_level=system.mlps_level,
        demand=plan.growth,
        used=used,
        architectures=frozenset(plan.architectures),
        emergency=order.emergency,
    )
    _refuse_without_ipv6(uow, order)
    for resource in plan.resources:
        resource.cloud = placement.cloud
    cloud = uow.clouds.by_code(placement.cloud)
    ruling = ctx.rules.judge(order_facts(uow, order, plan, system, cloud))
    return Assessment(
        plan=plan,
        demand=plan.demand,
        placement=placement,
        ruling=ruling,
        quota=uow.quotas.of(order.department_id, placement.cloud, order.zone),
        capacity={
            dimension: Room(
                total=cloud.open_room(dimension, order.zone, emergency=order.emergency),
                used=used.get((cloud.code, dimension), 0),
            )
            for dimension in Dimension
        },
    )


def plan_of(uow: UnitOfWork, order: Order) -> Plan:
    """The order's plan from the records as they stand."""

    def own(key: UUID, field: str) -> Resource:
        try:
            resource = uow.resources.get(key)
        except NotFound:
            resource = None
        if resource is None or resource.department_id != order.department_id:
            absent = missing("resource", key)
            absent.field = field
            raise absent
        if resource.claimed_by not in (None, order.id):
            resource.claim(order.id, field)
        return resource

    return Planner(order, uow.catalogue, own, uow.now).plan()


def hold(uow: UnitOfWork, order: Order, found: Assessment) -> None:
    """Claims what is changed, holds the growth, reserves prefixes: all in the caller's transaction."""
    for change in found.plan.changes:
        claimed = uow.resources.lock(change.resource.id)
        claimed.claim(order.id, f"items[{change.position}]")
        if isinstance(change.item, ReleaseItem):
            _refuse_occupied(uow, claimed, change.position)
            for address in addresses_of(uow, claimed):
                address.claim(order.id, f"items[{change.position}]")
    order.ruling = found.ruling
    order.cloud = found.placement.cloud
    order.placement = list(found.placement.reasons)
    uow.quotas.hold(order, found.plan.growth)
    _refuse_overfilled(uow, order, found.plan.growth)
    order.held = True
    for network in found.plan.of(Network):
        item = order.items[network.item]
        if isinstance(item, NetworkItem):
            _reserve(uow, order, network, item)


def register(uow: UnitOfWork, plan: Plan) -> None:
    """Puts the planned resources on record, networks with the prefixes that were reserved for them."""
    for resource in plan.resources:
        if isinstance(resource, Network):
            for prefix in uow.prefixes.of_network(resource.id):
                if ":" in prefix.cidr:
                    resource.cidr_v6 = prefix.cidr
                else:
                    resource.cidr_v4 = prefix.cidr
        uow.resources.add(resource)


def let_go(uow: UnitOfWork, order: Order) -> None:
    """Gives back whatever the order still holds; a second call does nothing."""
    uow.quotas.release(order)
    order.held = False
    for prefix in uow.prefixes.of_order(order.id):
        if prefix.state == "reserved":
            prefix.advance("give_back")
    for resource in uow.resources.claimed_by(order.id):
        resource.unclaim(order.id)
    for resource in uow.resources.of_order(order.id):
        if resource.state == "planned":
            resource.advance("undo")


def known_zone(uow: UnitOfWork, code: str) -> Zone:
    """The zone of an order; raises Invalid naming the field when it is not in the catalogue or retired."""
    try:
        zone = uow.catalogue.zone(code)
    except NotFound:
        zone = None
    if zone is None or zone.retired:
        raise Invalid(
            "There is no zone {zone}.", field="zone", way_out="See the zones: `cloudctl catalogue list`.", zone=code
        )
    return zone


def _candidates(uow: UnitOfWork, order: Order, plan: Plan) -> list[Cloud]:
    """All clouds; or, when the order holds, changes or builds upon something, the one cloud that has it."""
    pinned = {resource.cloud for resource in plan.touched}
    if order.held and order.cloud:
        pinned.add(order.cloud)
    if len(pinned) > 1:
        raise Invalid(
            "The order touches resources on several clouds: {clouds}.",
            field="items",
            way_out="Write one order for each cloud.",
            clouds=", ".join(sorted(pinned)),
        )
    return [cloud for cloud in uow.clouds.all() if not pinned or cloud.code in pinned]


def _refuse_without_ipv6(uow: UnitOfWork, order: Order) -> None:
    """Segments have both families; a zone without a block of IPv6 is told before anything is reserved."""
    wanting = [number for number, item in enumerate(order.items) if isinstance(item, NetworkItem) and item.ipv6]
    if wanting and not any(":" in supernet.cidr for supernet in uow.prefixes.supernets(order.zone)):
        raise Invalid(
            "The zone {zone} has no IPv6 addresses to give.",
            field=f"items[{wanting[0]}].ipv6",
            way_out="Set `ipv6: false` for now, or ask the office for an IPv6 block for the zone.",
            zone=order.zone,
        )


def _without_own(used: dict[tuple[str, Dimension], int], order: Order, growth: Demand) -> None:
    for dimension, amount in growth.items():
        key = (order.cloud or "", dimension)
        used[key] = used.get(key, 0) - amount


def addresses_of(uow: UnitOfWork, resource: Resource) -> list[Address]:
    """The floating addresses of a server: they go where it goes. Its data volumes may go with it or stay."""
    if not isinstance(resource, Server):
        return []
    return [other for other in uow.resources.of_server(resource.id) if isinstance(other, Address)]


def _refuse_overfilled(uow: UnitOfWork, order: Order, growth: Demand) -> None:
    """Who holds last looks last: under the cloud's lock the sums have what all others hold, and the reserve counts."""
    if not growth:
        return
    cloud = uow.clouds.lock(order.cloud or "")
    used = uow.quotas.used_by_cloud()
    for dimension in growth:
        room = cloud.open_room(dimension, order.zone, emergency=order.emergency)
        over = used.get((cloud.code, dimension), 0) - (room or 0)
        if room is not None and over > 0:
            raise PoolExhausted(
                "No cloud of the zone {zone} has room: {amount} {dimension} short.",
                field="items",
                way_out="Ask for less, or wait until the office adds capacity.",
                zone=order.zone,
                amount=over,
                dimension=dimension.value,
            )


def _refuse_occupied(uow: UnitOfWork, resource: Resource, position: int) -> None:
    """A network is released after its servers."""
    if isinstance(resource, Network) and uow.resources.on_network(resource.id):
        raise Conflict(
            "{name} still has servers.",
            field=f"items[{position}].resource",
            way_out="Release its servers first.",
            name=resource.name,
        )


def _reserve(uow: UnitOfWork, order: Order, network: Network, item: NetworkItem) -> None:
    where = {"zone": order.zone, "network_id": network.id, "order_id": order.id, "now": uow.now}
    field = "cidr" if item.cidr else "prefix_length"
    try:
        if item.cidr:
            uow.prefixes.reserve_exactly(cidr=item.cidr, **where)  # type: ignore[arg-type]
        else:
            uow.prefixes.reserve(length=item.prefix_length, version=4, **where)  # type: ignore[arg-type]
        if item.ipv6:
            field = "ipv6"
            uow.prefixes.reserve(length=IPV6_SEGMENT_LENGTH, version=6, **where)  # type: ignore[arg-type]
    except (Conflict, Invalid) as error:
        error.field = f"items[{network.item}].{field}"
        raise
