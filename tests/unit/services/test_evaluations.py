"""What an order may touch: its own department's, active, and nobody else's at the moment."""

from __future__ import annotations

import pytest

from cloudctl.domain.errors import Claimed, Conflict, Forbidden, Invalid, NotFound
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.items import AddressItem, ExtendItem, NetworkItem, ReleaseItem, ResizeItem, ServerItem
from cloudctl.domain.orders import Order
from cloudctl.ports.context import platform
from cloudctl.services import catalogue, decisions, orders
from tests.factories import Installed


def draft(city: Installed) -> Order:
    return orders.create(city.ctx, city.people["officer"], city.form(city.build_items()))


def delivered(city: Installed) -> Order:
    return city.delivered(city.build_items(count=1))


def test_a_department_sees_its_own_orders_only(city: Installed) -> None:
    order = draft(city)
    for who in ("officer", "head", "reviewer", "office-admin", "operator", "auditor"):
        assert orders.get(city.ctx, city.people[who], order.id).id == order.id
    for who in ("stranger", "strange-head"):
        with pytest.raises(NotFound):
            orders.get(city.ctx, city.people[who], order.id)
        with pytest.raises((NotFound, Forbidden)):
            orders.update(city.ctx, city.people[who], order.id, {"title": "x"})


def test_another_department_s_resources_cannot_be_changed_or_built_upon(city: Installed) -> None:
    made = city.resources(delivered(city))
    for items in (
        [ReleaseItem(resource=made["oa-1"].id)],
        [ResizeItem(server=made["oa-1"].id, specification="s4")],
        [AddressItem(server=str(made["oa-1"].id), term_months=1)],
        [ServerItem(name="s", specification="s2", image="openeuler", network=str(made["oa-net"].id), term_months=1)],
    ):
        form = city.form(items, system_id=city.ids["ys"])
        with pytest.raises(NotFound):
            orders.create(city.ctx, city.people["stranger"], form, submit=True)


def test_a_resource_is_changed_by_one_order_at_a_time(city: Installed) -> None:
    volume = city.resources(delivered(city))["oa-1-disk-1"]
    first = city.submitted([ExtendItem(volume=volume.id, size_gib=200)])
    for items in ([ReleaseItem(resource=volume.id)], [ExtendItem(volume=volume.id, size_gib=300)]):
        with pytest.raises(Claimed) as caught:
            city.submitted(items)
        assert (caught.value.field or "").startswith("items[0]")
    orders.cancel(city.ctx, city.people["officer"], first.id)
    assert city.claimed(first) == []
    assert city.submitted([ReleaseItem(resource=volume.id)]).state == "submitted"


def test_a_server_s_release_claims_its_addresses_too(city: Installed) -> None:
    made = city.resources(city.delivered(city.build_items(count=1, address=True)))
    city.submitted([ReleaseItem(resource=made["oa-1"].id)])
    with pytest.raises(Claimed):
        city.submitted([ReleaseItem(resource=made["oa-1-address-2"].id)])


def test_a_network_with_servers_is_not_released(city: Installed) -> None:
    made = city.resources(delivered(city))
    with pytest.raises(Conflict, match="still has servers") as caught:
        city.submitted([ReleaseItem(resource=made["oa-net"].id)])
    assert caught.value.field == "items[0].resource"


def test_a_retired_specification_can_no_longer_be_approved(city: Installed) -> None:
    code = f"s-{new_id().hex[:6]}"
    fields = {"name": code, "vcpu": 8, "memory_mib": 8192, "root_disk_gib": 40}
    catalogue.put(city.ctx, platform("t"), "specifications", code, fields)
    item = ServerItem(name="web", specification=code, image="openeuler", network="n", term_months=1)
    order = city.signed([NetworkItem(name="n", prefix_length=28, term_months=6), item])
    catalogue.put(city.ctx, platform("t"), "specifications", code, {**fields, "retired": True})
    with pytest.raises(Invalid) as caught:
        decisions.approve(city.ctx, city.people["office-admin"], order.id)
    assert caught.value.field == "items[1].specification"
