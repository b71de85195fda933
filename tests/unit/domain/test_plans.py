from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cloudctl.domain.addresses import Address
from cloudctl.domain.errors import Invalid, NotFound, UserError
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.items import (
    AddressItem,
    DiskAsk,
    ExtendItem,
    Item,
    NetworkItem,
    ReleaseItem,
    RenewItem,
    ResizeItem,
    ServerItem,
    VolumeItem,
)
from cloudctl.domain.networks import Network
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.servers import Server
from cloudctl.domain.volumes import Volume
from tests.unit.domain.making import DEPARTMENT, SYSTEM, network, order, plan, server, volume

NET = NetworkItem(name="net", prefix_length=26, term_months=12)


def web(**fields: Any) -> ServerItem:
    asked = {"name": "web", "specification": "s2", "image": "linux", "network": "net", "term_months": 12}
    return ServerItem(**{**asked, **fields})


def test_servers_come_numbered_with_a_disk_each() -> None:
    made = plan([NET, web(count=2, disks=(DiskAsk(size_gib=100), DiskAsk(size_gib=50, volume_type="ssd")))])
    assert [resource.name for resource in made.resources] == [
        "net",
        "web-1",
        "web-1-disk-1",
        "web-1-disk-2",
        "web-2",
        "web-2-disk-1",
        "web-2-disk-2",
    ]
    assert [(disk.size_gib, disk.volume_type) for disk in made.of(Volume)] == [(100, "standard"), (50, "ssd")] * 2
    servers = {made_server.id for made_server in made.of(Server)}
    assert {disk.server_id for disk in made.of(Volume)} == servers
    assert {made_server.network_id for made_server in made.of(Server)} == {made.of(Network)[0].id}
    assert {(r.department_id, r.system_id, r.state) for r in made.resources} == {(DEPARTMENT, SYSTEM, "planned")}


def test_networks_are_planned_first_wherever_they_stand() -> None:
    made = plan([web(), NET])
    assert [resource.KIND.value for resource in made.resources] == ["network", "server"]
    assert [resource.item for resource in made.resources] == [1, 0]


def test_the_same_order_has_the_same_ids_and_another_has_others() -> None:
    asked = order([NET, web(count=2, disks=(DiskAsk(size_gib=1),)), AddressItem(server="web-1", term_months=1)])
    first, second = (plan(asked.items, of=asked) for _ in range(2))
    ids = [resource.id for resource in first.resources]
    assert ids == [resource.id for resource in second.resources]
    assert len(ids) == len(set(ids)) == 6
    assert not set(ids) & {resource.id for resource in plan(asked.items).resources}


def test_demand_is_the_sum_of_all_footprints() -> None:
    made = plan([NET, web(count=3, disks=(DiskAsk(size_gib=10),)), AddressItem(server="web-2", term_months=1)])
    assert dict(made.demand) == {
        Dimension.SEGMENTS: 1,
        Dimension.SERVERS: 3,
        Dimension.VCPU: 6,
        Dimension.MEMORY_MIB: 3 * 4096,
        Dimension.VOLUME_GIB: 3 * 50,
        Dimension.ADDRESSES: 1,
    }
    assert made.growth == made.demand


def test_growth_is_not_netted_against_what_shrinks() -> None:
    small, large = server(name="a"), server(name="b", specification="s4", vcpu=4, memory_mib=8192, root_disk_gib=40)
    made = plan(
        [ResizeItem(server=small.id, specification="s4"), ResizeItem(server=large.id, specification="s2")], small, large
    )
    assert made.demand[Dimension.VCPU] == 0
    assert (made.growth[Dimension.VCPU], made.growth[Dimension.VOLUME_GIB]) == (2, 20)
    assert [change.demand[Dimension.VCPU] for change in made.changes] == [2, -2]


def test_what_exists_is_touched_where_it_is_built_upon() -> None:
    segment, host = network(), server()
    made = plan(
        [web(network=str(segment.id)), VolumeItem(name="v", size_gib=1, server=host.id, term_months=1)], segment, host
    )
    assert made.anchors == [segment, host]
    assert made.of(Server)[0].network_id == segment.id
    assert made.of(Volume)[0].server_id == host.id


def test_an_address_for_a_server_that_exists() -> None:
    host = server(name="web-7")
    made = plan([AddressItem(server=str(host.id), term_months=1)], host)
    assert [(a.server_id, a.name) for a in made.of(Address)] == [(host.id, "web-7-address-0")]


def test_change_items_name_their_resource_and_their_difference() -> None:
    host, disk, old = server(), volume(), volume(name="old", expires_on=date(2026, 12, 31))
    made = plan(
        [
            ResizeItem(server=host.id, specification="s4"),
            ExtendItem(volume=disk.id, size_gib=150),
            RenewItem(resource=old.id, expires_on=date(2027, 12, 31)),
        ],
        host,
        disk,
        old,
    )
    assert [change.resource for change in made.changes] == [host, disk, old]
    assert [dict(change.demand) for change in made.changes] == [
        {Dimension.VCPU: 2, Dimension.MEMORY_MIB: 4096, Dimension.VOLUME_GIB: 20},
        {Dimension.VOLUME_GIB: 50},
        {},
    ]
    assert made.resources == []


def test_a_release_raises_and_lowers_nothing_before_its_retention_ends() -> None:
    host = server()
    assert dict(plan([ReleaseItem(resource=host.id)], host).demand) == {}


HOST, DISK, SEGMENT = server(name="h"), volume(name="d"), network(name="n")
BUSY, GONE = server(name="b", state="changing"), volume(name="g", state="retained")
TERM = volume(name="t", expires_on=date(2026, 12, 31))


@pytest.mark.parametrize(
    ("items", "kind", "field"),
    [
        ([], Invalid, "items"),
        ([NET, web(specification="s1024")], Invalid, "items[1].specification"),
        ([NET, web(specification="old")], Invalid, "items[1].specification"),
        ([NET, web(specification="tiny")], Invalid, "items[1].specification"),
        ([NET, web(image="dos")], Invalid, "items[1].image"),
        ([NET, web(image="eol")], Invalid, "items[1].image"),
        ([NET, web(disks=(DiskAsk(size_gib=1), DiskAsk(size_gib=1, volume_type="tape")))], Invalid,
         "items[1].disks[1].volume_type"),
        ([web()], Invalid, "items[0].network"),
        ([web(network=str(new_id()))], NotFound, "items[0].network"),
        ([web(network=str(HOST.id))], Invalid, "items[0].network"),
        ([NET, NET], Invalid, "items[1].name"),
        ([NET, web(), web()], Invalid, "items[2].name"),
        ([NET, web(network="web-1")], Invalid, "items[1].network"),
        ([VolumeItem(name="v", size_gib=1, volume_type="tape", term_months=1)], Invalid, "items[0].volume_type"),
        ([VolumeItem(name="v", size_gib=1, server=DISK.id, term_months=1)], Invalid, "items[0].server"),
        ([VolumeItem(name="v", size_gib=1, server=BUSY.id, term_months=1)], Invalid, "items[0].server"),
        ([AddressItem(server="web-1", term_months=1)], Invalid, "items[0].server"),
        ([ResizeItem(server=new_id(), specification="s4")], NotFound, "items[0].server"),
        ([ResizeItem(server=DISK.id, specification="s4")], Invalid, "items[0].server"),
        ([ResizeItem(server=HOST.id, specification="s2")], Invalid, "items[0].specification"),
        ([ResizeItem(server=HOST.id, specification="tiny")], Invalid, "items[0].specification"),
        ([ResizeItem(server=HOST.id, specification="old")], Invalid, "items[0].specification"),
        ([ResizeItem(server=BUSY.id, specification="s4")], Invalid, "items[0].server"),
        ([ExtendItem(volume=DISK.id, size_gib=100)], Invalid, "items[0].size_gib"),
        ([ExtendItem(volume=GONE.id, size_gib=200)], Invalid, "items[0].volume"),
        ([RenewItem(resource=TERM.id, expires_on=date(2026, 12, 31))], Invalid, "items[0].expires_on"),
        ([ReleaseItem(resource=GONE.id)], Invalid, "items[0].resource"),
        ([ReleaseItem(resource=HOST.id), ResizeItem(server=HOST.id, specification="s4")], Invalid, "items[1]"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_so_is_refused_at_its_field(items: list[Item], kind: type[UserError], field: str) -> None:
    with pytest.raises(kind) as caught:
        plan(items, HOST, DISK, SEGMENT, BUSY, GONE, TERM)
    assert caught.value.field == field
    assert kind is NotFound or caught.value.way_out


def test_an_image_of_another_architecture_is_refused_with_those_that_fit() -> None:
    with pytest.raises(Invalid) as caught:
        plan([NET, web(specification="arm", image="linux")])
    error = caught.value
    assert error.field == "items[1].image"
    assert error.params["images"] == "kylin, uos"
    assert error.way_out
    assert "{images}" in error.way_out
    with pytest.raises(Invalid) as caught:
        plan([NET, web(specification="loong", image="kylin")])
    assert caught.value.params["images"] == "-"


def test_the_plan_names_the_architectures_of_its_servers() -> None:
    items: list[Item] = [NET, web(), web(name="app", specification="arm", image="kylin")]
    assert plan(items).architectures == {1: "x86_64", 2: "aarch64"}
    assert plan([NET]).architectures == {}


def test_a_server_keeps_its_architecture_when_it_is_resized() -> None:
    running = server(image="kylin", specification="arm-old")
    with pytest.raises(Invalid) as caught:
        plan([ResizeItem(server=running.id, specification="s4")], running)
    assert caught.value.field == "items[0].specification"
    assert plan([ResizeItem(server=running.id, specification="arm")], running).changes


def test_an_adopted_server_whose_image_is_not_on_record_may_be_resized() -> None:
    running = server(image="somebody-s-own")
    assert plan([ResizeItem(server=running.id, specification="s4")], running).changes
