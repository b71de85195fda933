"""What policies are told about an order: plain data, the same shape at the check, at submission and at approval.

The shape is `OrderFacts` of `cloudctl/policy/facts.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cloudctl.domain.calendars import months_until, today_for_people
from cloudctl.domain.clouds import Cloud
from cloudctl.domain.errors import NotFound
from cloudctl.domain.items import (
    FITTING_ITEMS,
    ColocationItem,
    ExtendItem,
    FittingItem,
    Item,
    RenewItem,
    ResizeItem,
    ServerItem,
    item_kind,
)
from cloudctl.domain.orders import Order
from cloudctl.domain.placements import JOINT
from cloudctl.domain.plans import Change, Plan
from cloudctl.domain.quotas import Demand, Dimension, Quota
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server
from cloudctl.domain.systems import System
from cloudctl.domain.volumes import Volume
from cloudctl.policy.facts import ItemFacts
from cloudctl.ports.repositories.catalogue import Catalogue
from cloudctl.ports.unit_of_work import UnitOfWork

NEUTRAL_ITEM = ItemFacts(
    kind="",
    name="",
    count=1,
    term_months=0,
    vcpu=0,
    memory_mib=0,
    root_disk_gib=0,
    disk_gib=0,
    image="",
    specification="",
    architecture="",
    os="",
    xinchuang=False,
    prefix_length=0,
    ipv6=False,
    user_data=False,
    ssh_keys=0,
    resource_kind="",
    growth=False,
    units=0,
    power_w=0,
    access="",
    level="",
    bandwidth_mbps=0,
    security_package="",
)
HIGHEST_MLPS = 5  # where no cloud has a part in the order, none limits it


def order_facts(
    uow: UnitOfWork,
    order: Order,
    plan: Plan,
    system: System,
    *,
    clouds: Sequence[Cloud],
    growth: Mapping[str, Demand],
    quota: Mapping[str, Mapping[Dimension, Quota]],
) -> dict[str, Any]:
    """The facts of an order whose clouds are known; by cloud what it raises, and the department's accounts there."""
    totals = plan.growth
    today = today_for_people(uow.now)
    asked = tuple((code, *raised.items()) for code, raised in growth.items())
    where = order.department_id, order.zone
    return {
        "order": {
            "number": order.number,
            "title": order.title,
            "purpose": order.purpose,
            "zone": order.zone,
            "backup": order.backup.value,
            "ports": order.ports,
            "bandwidth_mbps": order.bandwidth_mbps or 0,
            "project_document": order.project_document,
            "contact_name": order.contact_name,
            "contact_phone": order.contact_phone,
            "go_live_on": str(order.go_live_on or ""),
            "is_change": not plan.resources and not plan.fittings,
            "emergency": order.emergency,
        },
        **uow.once(
            ("facts", *where, order.system_id, *growth), lambda: _surroundings(uow, order, system, clouds, today)
        ),
        "items": [_item(position, item, plan, today, uow.catalogue) for position, item in enumerate(order.items)],
        "totals": {dimension.value: totals.get(dimension, 0) for dimension in Dimension},
        "quota": uow.once(
            ("quota facts", *where, order.held, asked),
            lambda: {dimension.value: _quota(order, dimension, growth, quota) for dimension in Dimension},
        ),
        "today": today.isoformat(),
    }


def _surroundings(
    uow: UnitOfWork, order: Order, system: System, clouds: Sequence[Cloud], today: date
) -> dict[str, Any]:
    """What is so for every order of a system in a zone and on the same clouds."""
    department = uow.departments.get(order.department_id)
    zone = uow.catalogue.zone(order.zone)
    return {
        "department": {"code": department.code, "name": department.name, "level": department.level.value},
        "system": {
            "code": system.code,
            "name": system.name,
            "mlps_level": system.mlps_level,
            "classification": system.classification or "",
            "xinchuang": system.xinchuang,
        },
        "zone": {"code": zone.code, "max_mlps_level": zone.max_mlps_level, "xinchuang": zone.xinchuang},
        "cloud": _cloud(clouds),
        "exemptions": [
            {"rule": exemption.rule, "id": str(exemption.id)}
            for exemption in uow.exemptions.in_force(order.department_id, uow.now)
            if exemption.lifts(exemption.rule, order.department_id, order.system_id, today)
        ],
    }


def _cloud(clouds: Sequence[Cloud]) -> dict[str, Any]:
    """Of several clouds the codes joined, the lowest level, and all processors, where all are stated."""
    stated = all(cloud.architectures for cloud in clouds)
    return {
        "code": JOINT.join(cloud.code for cloud in clouds),
        "max_mlps_level": min((cloud.max_mlps_level for cloud in clouds), default=HIGHEST_MLPS),
        "architectures": sorted({name for cloud in clouds for name in cloud.architectures}) if stated else [],
    }


def _quota(
    order: Order, dimension: Dimension, growth: Mapping[str, Demand], quota: Mapping[str, Mapping[Dimension, Quota]]
) -> dict[str, int]:
    """Limit, use and what is left, without what this order itself holds already and what units below were given.

    Of several clouds the one whose quota the order brings nearest to its end speaks; what the order takes on the
    others is added to limit and rest, so that the totals exceed the rest when they exceed it there.
    """
    total = sum(raised[dimension] for raised in growth.values())
    facts = []
    for code, raised in growth.items():
        account = quota[code].get(dimension)
        limit = (account.limit - account.allotted if account else 0) + total - raised[dimension]
        used = (account.held + account.committed if account else 0) - (raised[dimension] if order.held else 0)
        facts.append({"limit": limit, "used": used, "left": limit - used})
    return min(facts, key=lambda found: found["left"], default={"limit": 0, "used": 0, "left": 0})


def _item(position: int, item: Item, plan: Plan, today: date, catalogue: Catalogue) -> dict[str, Any]:
    """One item, every key present: what it asks for, or what it changes and to what."""
    facts: dict[str, Any] = {**NEUTRAL_ITEM, "kind": item_kind(item), "name": getattr(item, "name", "")}
    new = [resource for resource in plan.resources if resource.item == position]
    change = next((change for change in plan.changes if change.position == position), None)
    facts["term_months"] = getattr(item, "term_months", 0)
    if new:
        facts["growth"] = True
        facts.update(_new(item, new))
    elif change is not None:
        facts.update(_changed(change, today))
    elif isinstance(item, FITTING_ITEMS):
        facts.update(_fitted(item))
    if facts["specification"]:
        facts.update(_platform(facts["specification"], facts["image"], catalogue))
    return facts


def _platform(specification: str, image: str, catalogue: Catalogue) -> dict[str, Any]:
    """Processor and operating system of a server; of an image that is not on record, nothing is claimed."""
    size = catalogue.specification(specification)
    try:
        system = catalogue.image(image)
    except NotFound:
        return {"architecture": size.architecture}
    return {
        "architecture": size.architecture,
        "os": system.os_family,
        "xinchuang": size.xinchuang and system.xinchuang,
    }


def _new(item: Item, resources: list[Resource]) -> dict[str, Any]:
    first = resources[0]
    facts: dict[str, Any] = {"resource_kind": first.KIND.value}
    if isinstance(first, Server) and isinstance(item, ServerItem):
        facts |= _server(first) | {
            "count": item.count,
            "disk_gib": sum(disk.size_gib for disk in item.disks),
            "user_data": item.user_data is not None,
            "ssh_keys": len(item.ssh_keys),
        }
    elif isinstance(first, Volume):
        facts["disk_gib"] = first.size_gib
    else:
        facts["prefix_length"] = getattr(item, "prefix_length", 0)
        facts["ipv6"] = getattr(item, "ipv6", False)
    return facts


def _fitted(item: FittingItem) -> dict[str, Any]:
    facts: dict[str, Any] = {"resource_kind": item_kind(item)}
    if isinstance(item, ColocationItem):
        return facts | {"units": item.units, "power_w": item.power_w}
    return facts | {
        "access": item.access.value,
        "level": item.level.value,
        "count": item.count,
        "bandwidth_mbps": item.bandwidth_mbps or 0,
        "security_package": item.security_package or "",
    }


def _changed(change: Change, today: date) -> dict[str, Any]:
    resource, item = change.resource, change.item
    facts: dict[str, Any] = {"resource_kind": resource.KIND.value, "name": resource.name}
    if isinstance(item, ResizeItem) and isinstance(resource, Server):
        facts |= _server(resource) | {
            "specification": item.specification,
            "vcpu": resource.vcpu + change.demand[Dimension.VCPU],
            "memory_mib": resource.memory_mib + change.demand[Dimension.MEMORY_MIB],
        }
    elif isinstance(item, ExtendItem):
        facts["disk_gib"] = item.size_gib
    elif isinstance(item, RenewItem):
        facts["term_months"] = months_until(today, item.expires_on)
    facts["growth"] = any(amount > 0 for amount in change.demand.values())
    return facts


def _server(server: Server) -> dict[str, Any]:
    return {
        "image": server.image or "",
        "specification": server.specification or "",
        "vcpu": server.vcpu,
        "memory_mib": server.memory_mib,
        "root_disk_gib": server.root_disk_gib,
    }
