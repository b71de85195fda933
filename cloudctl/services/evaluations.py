"""The evaluation of an order: its plan, cloud, findings, quota and capacity; and what is held for it.

`assess` only reads. `hold`, `register` and `let_go` are the three moments of what an order holds: at submission, at
approval and at its end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import missing
from cloudctl.domain.addresses import IPV6_SEGMENT_LENGTH, Address
from cloudctl.domain.admissions import Amounts, Ground, Group
from cloudctl.domain.catalogue import Zone
from cloudctl.domain.clouds import Cloud, Headroom
from cloudctl.domain.errors import Conflict, Invalid, NotFound, PoolExhausted
from cloudctl.domain.groups import groups
from cloudctl.domain.items import NetworkItem, ReleaseItem
from cloudctl.domain.networks import Network
from cloudctl.domain.orders import Order
from cloudctl.domain.placements import Placement, place
from cloudctl.domain.plans import Plan, Planner
from cloudctl.domain.policies import Effect, Finding, Ruling
from cloudctl.domain.quotas import Demand, Dimension, Quota
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server
from cloudctl.ports.context import Context
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import fittings
from cloudctl.services.facts import order_facts
from cloudctl.services.vlans import take_vlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What the applicant sees before handing in and the reviewer beside the order.

    By cloud: `demand` is what is asked for, `growth` what of it has to be held, `quota` what the department has and
    `capacity` what room there is beside what is `used`.
    """

    order: Order
    plan: Plan
    placements: list[Placement]
    growth: dict[str, Demand]
    ruling: Ruling
    quota: dict[str, dict[Dimension, Quota]]
    clouds: list[Cloud]
    used: Amounts

    @property
    def demand(self) -> dict[str, Demand]:
        """What is asked for."""
        return {code: self.plan.demand_of(_items_on(code, self.placements)) for code in self.growth}

    @property
    def capacity(self) -> dict[str, dict[Dimension, Headroom]]:
        """What room there is."""
        return {cloud.code: _rooms(cloud, self.order, self.used) for cloud in self.clouds}

    @property
    def denials(self) -> list[Finding]:
        """The findings in force that deny."""
        return [finding for finding in self.ruling.findings if finding.effect is Effect.DENY and finding.in_force]


def assess(ctx: Context, uow: UnitOfWork, order: Order) -> Evaluation:
    """Plans, places and judges; raises Invalid, NotFound or PoolExhausted where the order cannot be meant so.

    An order that holds quota stays on the clouds where it holds it.
    """
    zone = known_zone(uow, order.zone)
    system = uow.systems.get(order.system_id)
    plan, every = plan_of(uow, order), uow.clouds.all()
    used = uow.quotas.used_by_cloud()
    if order.held:
        _without_own(used, order, plan)
    ground = Ground(
        zone=zone.code,
        mlps_level=system.mlps_level,
        used=used,
        quota={} if order.held else _quota_left(ctx, uow, order, every),
        pinned=pinned_clouds(uow, order.department_id),
        emergency=order.emergency,
    )
    placements = _placed(uow, _groups(order, plan), every, ground)
    fittings.places(uow, order, plan)
    _refuse_without_ipv6(uow, order)
    home = {position: placement.cloud for placement in placements for position in placement.items}
    for resource in plan.resources:
        resource.cloud = home[resource.item]
    growth = growth_by_cloud(plan, placements)
    clouds = [cloud for cloud in every if cloud.code in growth]
    quota = {code: uow.quotas.of(order.department_id, code, order.zone) for code in growth}
    ruling = ctx.rules.judge(order_facts(uow, order, plan, system, clouds=clouds, growth=growth, quota=quota))
    return Evaluation(
        order=order,
        plan=plan,
        placements=placements,
        growth=growth,
        ruling=ruling,
        quota=quota,
        clouds=clouds,
        used=used,
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


def hold(uow: UnitOfWork, order: Order, found: Evaluation) -> None:
    """Claims what is changed, holds the growth, reserves prefixes: all in the caller's transaction."""
    for change in found.plan.changes:
        claimed = uow.resources.lock(change.resource.id)
        claimed.claim(order.id, f"items[{change.position}]")
        if isinstance(change.item, ReleaseItem):
            _refuse_occupied(uow, claimed, change.position)
            for address in addresses_of(uow, claimed):
                address.claim(order.id, f"items[{change.position}]")
    order.ruling = found.ruling
    order.settle(found.placements)
    for cloud, growth in found.growth.items():
        uow.quotas.hold(order, cloud, growth)
    _refuse_overfilled(uow, order, found.growth)
    order.held = True
    for network in found.plan.of(Network):
        item = order.items[network.item]
        if isinstance(item, NetworkItem):
            _reserve(uow, order, network, item)
    fittings.hold(uow, order, found.plan)


def register(uow: UnitOfWork, plan: Plan) -> None:
    """Puts the planned resources on record, networks with the prefixes that were reserved for them."""
    for resource in plan.resources:
        if isinstance(resource, Network):
            for prefix in uow.prefixes.of_network(resource.id):
                if ":" in prefix.cidr:
                    resource.cidr_v6 = prefix.cidr
                else:
                    resource.cidr_v4, resource.vlan = prefix.cidr, prefix.vlan
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
    fittings.let_go(uow, order)


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


def growth_by_cloud(plan: Plan, placements: Sequence[Placement]) -> dict[str, Demand]:
    """What has to be held on each cloud, by code in order; nothing at all on one where only something shrinks."""
    return {code: plan.growth_of(_items_on(code, placements)) for code in sorted({at.cloud for at in placements})}


def _items_on(code: str, placements: Sequence[Placement]) -> set[int]:
    return {position for at in placements if at.cloud == code for position in at.items}


def pinned_clouds(uow: UnitOfWork, department_id: UUID) -> frozenset[str]:
    """The clouds that the office has pinned a department to, or the nearest unit above that is pinned; none: any."""
    department = uow.departments.get(department_id)
    if department.clouds or department.parent_id is None:
        return department.clouds
    return next((upper.clouds for upper in uow.departments.line(department) if upper.clouds), department.clouds)


def _groups(order: Order, plan: Plan) -> list[Group]:
    """What has to stand together; while the order holds, each group where it holds."""
    found = groups(plan, order.items)
    if not order.held:
        return found
    home = {position: at.cloud for at in order.placements for position in at.items}
    return [replace(group, stands=group.stands | {home[group.items[0]]}) for group in found]


def _placed(uow: UnitOfWork, wanted: list[Group], clouds: Sequence[Cloud], ground: Ground) -> list[Placement]:
    """Their places; what many orders ask for on the same ground is placed once, by the room that is left then."""
    bounds = (tuple(sums.items()) for sums in (ground.used, ground.quota))
    alike = msgspec.json.encode(wanted), ground.zone, ground.mlps_level, ground.pinned, ground.emergency, *bounds
    return uow.once(("places", *alike), lambda: place(wanted, clouds, ground))


def _quota_left(ctx: Context, uow: UnitOfWork, order: Order, clouds: Sequence[Cloud]) -> Amounts:
    """What the department's quota leaves on each cloud of the zone; not asked where there is no choice."""
    serving = [cloud.code for cloud in clouds if order.zone in cloud.zones and not cloud.retired]
    if len(serving) < 2:
        return {}
    left = {}
    for code in serving:
        accounts = uow.quotas.of(order.department_id, code, order.zone)
        for dimension in Dimension:
            account = accounts.get(dimension)
            left[code, dimension] = ctx.limits.default_quota if account is None else account.left
    return left


def _rooms(cloud: Cloud, order: Order, used: Amounts) -> dict[Dimension, Headroom]:
    return {
        dimension: Headroom(
            total=cloud.open_room(dimension, order.zone, emergency=order.emergency),
            used=used.get((cloud.code, dimension), 0),
        )
        for dimension in Dimension
    }


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


def _without_own(used: dict[tuple[str, Dimension], int], order: Order, plan: Plan) -> None:
    for code, growth in growth_by_cloud(plan, order.placements).items():
        for dimension, amount in growth.items():
            used[code, dimension] = used.get((code, dimension), 0) - amount


def addresses_of(uow: UnitOfWork, resource: Resource) -> list[Address]:
    """The floating addresses of a server: they go where it goes. Its data volumes may go with it or stay."""
    if not isinstance(resource, Server):
        return []
    return [other for other in uow.resources.of_server(resource.id) if isinstance(other, Address)]


def _refuse_overfilled(uow: UnitOfWork, order: Order, growth: Mapping[str, Demand]) -> None:
    """Who holds last looks last: under the clouds' locks the sums have what all others hold, and the reserve counts."""
    clouds = [uow.clouds.lock(code) for code in sorted(growth) if growth[code]]
    used = uow.quotas.used_by_cloud() if clouds else {}
    for cloud in clouds:
        for dimension in growth[cloud.code]:
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
            prefix = uow.prefixes.reserve_exactly(cidr=item.cidr, **where)  # type: ignore[arg-type]
        else:
            prefix = uow.prefixes.reserve(length=item.prefix_length, version=4, **where)  # type: ignore[arg-type]
        take_vlan(uow, order.zone, network.cloud, prefix)
        if item.ipv6:
            field = "ipv6"
            uow.prefixes.reserve(length=IPV6_SEGMENT_LENGTH, version=6, **where)  # type: ignore[arg-type]
    except (Conflict, Invalid) as error:
        error.field = f"items[{network.item}].{field}"
        raise
