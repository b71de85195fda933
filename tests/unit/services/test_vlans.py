"""VLANs: taken with a segment's prefix on a cloud whose segments are VLANs, once each, and freed with it."""

from __future__ import annotations

from typing import Any

import pytest

from cloudctl.domain.clouds import CloudKind
from cloudctl.domain.errors import Invalid, PoolExhausted
from cloudctl.domain.inventory import Census, CloudObject, ObjectKind, Source
from cloudctl.domain.items import NetworkItem
from cloudctl.domain.orders import Order
from cloudctl.domain.quotas import Dimension
from cloudctl.ports.context import platform
from cloudctl.services import addresses, catalogue, clouds, deliveries, orders
from tests.factories import Installed

ZONES = {"vm-a": "10.71.0.0/16", "vm-b": "10.72.0.0/16"}
CLOUD = "vc-1"


def put_zone(city: Installed, code: str, **vlans: Any) -> None:
    fields = {"name": code, "name_en": code, "max_mlps_level": 3}
    catalogue.put(city.ctx, platform("test"), "zones", code, fields | vlans)


@pytest.fixture
def halls(city: Installed) -> Installed:
    """Two zones with the same three VLANs on one vSphere cloud."""
    for code in ZONES:
        put_zone(city, code, vlan_first=200, vlan_last=202)
    if CLOUD not in {cloud.code for cloud in city.read(lambda uow: list(uow.clouds.all()))}:
        seed = platform("seed")
        clouds.register(
            city.ctx, seed, code=CLOUD, name="vCenter", kind=CloudKind.VSPHERE, zones=frozenset(ZONES), capacity={}
        )
        for zone, cidr in ZONES.items():
            addresses.add_supernet(city.ctx, seed, zone=zone, cidr=cidr)
    with city.ctx.unit_of_work(platform("seed")) as uow:
        for zone in ZONES:
            uow.quotas.set_limit(city.ids["fgw"], CLOUD, zone, Dimension.SEGMENTS, 100)
    return city


def submitted(city: Installed, zone: str = "vm-a") -> Order:
    return city.submitted([NetworkItem(name="seg", prefix_length=26, ipv6=False, term_months=12)], zone=zone)


def vlans(city: Installed, order: Order) -> list[tuple[str | None, int | None]]:
    return [(prefix.cloud, prefix.vlan) for prefix in city.prefixes(order)]


def test_each_segment_gets_a_free_vlan_whatever_its_zone_and_gives_it_back(halls: Installed) -> None:
    made = [submitted(halls), submitted(halls, "vm-b"), submitted(halls)]
    assert [vlans(halls, order) for order in made] == [[(CLOUD, 200)], [(CLOUD, 201)], [(CLOUD, 202)]]
    with pytest.raises(PoolExhausted, match="No VLAN from 200 to 202 is free on vc-1") as full:
        submitted(halls)
    assert (full.value.field or "").startswith("items[0]")
    orders.cancel(halls.ctx, halls.people["officer"], made[1].id)
    again = submitted(halls)
    assert vlans(halls, again) == [(CLOUD, 201)]
    for order in (made[0], made[2], again):
        orders.cancel(halls.ctx, halls.people["officer"], order.id)


def test_what_others_networks_carry_in_the_cloud_is_not_handed_out(halls: Installed) -> None:
    seen = [portgroup("dvportgroup-7", (200, 200)), portgroup("dvportgroup-8", (190, 201)), portgroup("dvportgroup-9")]
    with halls.ctx.unit_of_work(platform("sync")) as uow:
        census = Census(CLOUD, uow.inventory.known(CLOUD))
        uow.inventory.write(CLOUD, census.take(seen), source=Source.FULL)
    order = submitted(halls)
    assert vlans(halls, order) == [(CLOUD, 202)]
    with halls.ctx.unit_of_work(platform("sync")) as uow:
        for _ in range(3):
            uow.inventory.miss(CLOUD, [each.id for each in uow.inventory.of(CLOUD)], limit=3)
    again = submitted(halls)
    assert vlans(halls, again) == [(CLOUD, 200)], "a sync says that it is free"
    for each in (order, again):
        orders.cancel(halls.ctx, halls.people["officer"], each.id)


def test_a_network_that_finds_its_vlan_taken_gets_the_next_and_the_taken_one_is_nobodys(halls: Installed) -> None:
    order = halls.approved([NetworkItem(name="seg", prefix_length=26, ipv6=False, term_months=12)], zone="vm-a")
    (network,) = halls.resources(order).values()
    assert network.vlan == 200
    seen = [portgroup("dvportgroup-17", (200, 200))]
    assert deliveries.another_vlan(halls.ctx, order.id, network, seen, {200}) == 201
    (kept,) = halls.resources(order).values()
    assert ([(CLOUD, kept.vlan)], kept.vlan) == (vlans(halls, order), 201)
    other = submitted(halls)
    assert vlans(halls, other) == [(CLOUD, 202)], "200 is in the inventory now"
    with pytest.raises(PoolExhausted):
        deliveries.another_vlan(halls.ctx, order.id, kept, [], {200, 201})
    (left,) = halls.resources(order).values()
    assert left.vlan == 201
    for each in (order, other):
        orders.cancel(halls.ctx, halls.people["officer"], each.id)
    with halls.ctx.unit_of_work(platform("sync")) as uow:
        for _ in range(3):
            uow.inventory.miss(CLOUD, [each.id for each in uow.inventory.of(CLOUD)], limit=3)


def portgroup(native_id: str, *vlans: tuple[int, int]) -> CloudObject:
    return CloudObject(kind=ObjectKind.NETWORK, native_id=native_id, name=native_id, vlans=vlans)


def test_the_network_on_record_has_the_vlan(halls: Installed) -> None:
    order = halls.approved([NetworkItem(name="seg", prefix_length=26, ipv6=False, term_months=12)], zone="vm-a")
    (network,) = halls.resources(order).values()
    assert [(CLOUD, network.vlan)] == vlans(halls, order)


def test_other_clouds_take_no_vlan(city: Installed) -> None:
    assert {vlan for _, vlan in vlans(city, city.submitted(city.build_items()))} == {None}


def test_a_zone_without_vlans_is_told_before_anything_is_held(halls: Installed) -> None:
    put_zone(halls, "vm-b", vlan_first=None, vlan_last=None)
    before = halls.rows()
    with pytest.raises(Invalid, match="The zone vm-b has no VLANs for segments on vc-1") as refused:
        submitted(halls, "vm-b")
    assert (refused.value.field or "").startswith("items[0]")
    assert halls.rows() == before


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [(100, None, "vlan_last"), (None, 100, "vlan_first"), (200, 100, "vlan_last"), (0, 10, "vlan_last")],
)
def test_half_a_range_is_no_range(city: Installed, first: int | None, last: int | None, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        put_zone(city, "half", vlan_first=first, vlan_last=last)
    assert refused.value.field == field
    assert "half" not in {zone["code"] for zone in city.ctx.queries.catalogue()["zones"]}
