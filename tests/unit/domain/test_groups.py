from __future__ import annotations

from typing import Any

import pytest

from cloudctl.domain.admissions import Group
from cloudctl.domain.clouds import Capability
from cloudctl.domain.errors import Invalid
from cloudctl.domain.groups import groups
from cloudctl.domain.items import (
    AddressItem,
    DiskAsk,
    ExtendItem,
    Item,
    NetworkItem,
    ReleaseItem,
    ResizeItem,
    Separation,
    ServerItem,
    VolumeItem,
)
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.resources import Resource
from tests.unit.domain.making import IMAGES, network, plan, server, volume


def segment(name: str) -> NetworkItem:
    return NetworkItem(name=name, term_months=1)


def servers(name: str, on: str, **fields: Any) -> ServerItem:
    return ServerItem(
        **{"name": name, "specification": "s2", "image": "linux", "network": on, "term_months": 1, **fields}
    )


def found(items: list[Item], *existing: Resource) -> list[Group]:
    return groups(plan(items, *existing), items)


def test_what_refers_to_each_other_is_one_group_and_what_does_not_is_another() -> None:
    items = [
        servers("web", "n"), segment("n"), segment("m"), AddressItem(server="web-1", term_months=1),
        VolumeItem(name="v", size_gib=5, term_months=1), servers("db", "m"),
    ]  # fmt: skip
    made = found(items)
    assert [group.items for group in made] == [(0, 1, 3), (2, 5), (4,)]
    assert all(group.new for group in made)
    assert dict(made[0].growth) == {
        Dimension.SERVERS: 1, Dimension.VCPU: 2, Dimension.MEMORY_MIB: 4096, Dimension.VOLUME_GIB: 40,
        Dimension.SEGMENTS: 1, Dimension.ADDRESSES: 1,
    }  # fmt: skip


def test_a_group_needs_what_its_servers_need() -> None:
    items = [segment("n"), servers("x", "n"), servers("y", "n", specification="arm", image="kylin")]
    (made,) = found(items)
    assert made.architectures == {"x86_64", "aarch64"}
    assert made.images == {}, "where nobody has named an image in any cloud, nothing is known of it"


def test_a_group_needs_what_its_items_ask_a_cloud_to_do() -> None:
    running = server()
    items = [
        segment("n"),
        servers("x", "n", anti_affinity="db", separation=Separation.REQUIRED),
        servers("y", "n", count=2, anti_affinity="db"),
        AddressItem(server="y-1", term_months=1),
        ResizeItem(server=running.id, specification="s4"),
    ]
    together, resized = found(items, running)
    assert together.needs == {Capability.ANTI_AFFINITY: 1, Capability.FLOATING_ADDRESS: 3}
    assert together.insisted == together.united == {"db"}
    assert resized.needs == {Capability.RESIZE: 4}


def test_images_that_clouds_name_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(IMAGES["linux"].names, "b", "debian-12")
    (made,) = found([segment("n"), servers("x", "n")])
    assert made.images == {"linux": {"b"}}


def test_data_disks_count_with_their_servers() -> None:
    (made,) = found([segment("n"), servers("x", "n", count=2, disks=(DiskAsk(size_gib=10),))])
    assert made.growth[Dimension.VOLUME_GIB] == 100


def test_what_exists_draws_what_changes_it_and_what_is_built_upon_it() -> None:
    on = network(cloud="b")
    host = server(cloud="a", network_id=on.id)
    disk = volume(cloud="c")
    items: list[Item] = [
        ExtendItem(volume=disk.id, size_gib=200),
        servers("x", str(on.id)),
        AddressItem(server=str(host.id), term_months=1),
        ReleaseItem(resource=host.id),
    ]
    made = found(items, on, host, disk)
    assert [(group.items, group.stands, group.new) for group in made] == [
        ((0,), {"c"}, False), ((1,), {"b"}, True), ((2,), {"a"}, True), ((3,), {"a"}, False),
    ]  # fmt: skip


def test_pairs_are_named_by_their_items() -> None:
    items = [segment("n"), servers("x", "n", anti_affinity="db"), segment("m"), servers("y", "m", anti_affinity="db")]
    assert [group.apart for group in found(items)] == [{"db"}, {"db"}]


def test_a_pair_on_one_segment_is_one_group() -> None:
    items = [segment("n"), servers("x", "n", anti_affinity="db"), servers("y", "n", anti_affinity="db")]
    (made,) = found(items)
    assert (made.items, made.apart, made.united) == ((0, 1, 2), {"db"}, {"db"})


def test_a_pair_of_one_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        found([segment("n"), servers("x", "n", count=2, anti_affinity="db")])
    assert caught.value.field == "items[1].anti_affinity"
