"""VLANs: taken with a segment's prefix on a cloud whose segments are VLANs, once each, and freed with it."""

from __future__ import annotations

from typing import Any

import pytest

from cloudctl.bootstrap import platform
from cloudctl.domain.clouds import CloudKind
from cloudctl.domain.errors import Invalid, PoolExhausted
from cloudctl.domain.items import NetworkItem
from cloudctl.domain.orders import Order
from cloudctl.domain.quotas import Dimension
from cloudctl.services import addresses, catalogue, clouds, orders
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
