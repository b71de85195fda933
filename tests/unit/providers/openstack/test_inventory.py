"""The inventory read from recorded pages of each service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from cloudctl.domain.errors import Busy, Unreachable
from cloudctl.domain.inventory import CloudObject, ObjectKind, ObjectStatus
from cloudctl.providers.openstack.inventory import FEW, OVERLAP
from cloudctl.providers.openstack.provider import OpenStackProvider
from tests.unit.providers.openstack.recorded import PROJECT, FixedClock, RecordedCloud

NOVA, CINDER, GLANCE, NEUTRON = "/compute/v2.1", "/volume/v3", "/image/v2", "/network/v2.0"
KEY = uuid4()
MADE = "2026-02-27T10:00:00Z"


def server(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": f"s{number}", "name": f"web-{number}", "status": "ACTIVE", "tenant_id": PROJECT, "user_id": "u1",
        "flavor": {"vcpus": 2, "ram": 4096, "disk": 40, "ephemeral": 0, "swap": 0, "original_name": "m1"},
        "image": {"id": "i1", "links": []}, "created": MADE, "updated": "2026-02-28T10:00:00Z",
        "metadata": {"cloudctl_key": str(KEY), "system": "oa"}, "tags": ["prod"], "links": [],
        "addresses": {"lan": [
            {"addr": "10.0.0.5", "version": 4, "OS-EXT-IPS:type": "fixed", "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:1"},
            {"addr": "198.51.100.7", "version": 4, "OS-EXT-IPS:type": "floating"},
        ]},
        "OS-EXT-AZ:availability_zone": "az1", "OS-EXT-SRV-ATTR:host": "node-3", "OS-EXT-STS:task_state": None,
        "os-extended-volumes:volumes_attached": [{"id": "v1", "delete_on_termination": False}], **more,
    }  # fmt: skip


@pytest.fixture
def lists(cloud: RecordedCloud) -> RecordedCloud:
    """One object of each kind."""
    cloud.on("GET", "/v3/projects", {"projects": [{"id": PROJECT, "name": "civil-affairs", "enabled": True}]})
    cloud.on("GET", f"{NEUTRON}/ports", {"ports": [{"id": "p1", "device_id": "s1", "network_id": "n1"}]})
    cloud.on("GET", f"{NOVA}/servers/detail", {"servers": [server()]})
    volume = {
        "id": "v1", "name": None, "status": "in-use", "size": 100, "availability_zone": "nova",
        "created_at": "2026-02-27T10:00:00.000000", "metadata": {}, "attachments": [{"server_id": "s1", "device": "x"}],
        "os-vol-tenant-attr:tenant_id": PROJECT, "bootable": "false",
    }  # fmt: skip
    cloud.on("GET", f"{CINDER}/volumes/detail", {"volumes": [volume]})
    snapshot = {
        "id": "sn1", "name": "nightly", "status": "error_deleting", "size": 100, "volume_id": "v1", "metadata": {},
        "os-extended-snapshot-attributes:project_id": PROJECT, "created_at": "2026-02-27T10:00:00.000000",
    }  # fmt: skip
    cloud.on("GET", f"{CINDER}/snapshots/detail", {"snapshots": [snapshot]})
    image = {"id": "i1", "name": "debian-12", "status": "active", "owner": "adm", "min_disk": 0, "created_at": MADE}
    copy = image | {
        "id": "i2", "name": "before", "image_type": "snapshot", "instance_uuid": "s1", "owner": PROJECT,
        "cloudctl_key": str(KEY), "status": "queued", "min_disk": 40,
    }  # fmt: skip
    cloud.on("GET", f"{GLANCE}/images", {"images": [image, copy], "first": "/v2/images"})
    cloud.on("GET", f"{NEUTRON}/subnets", {"subnets": [{"id": "sub1", "cidr": "10.0.0.0/24"}]})
    network = {
        "id": "n1", "name": "lan", "status": "ACTIVE", "project_id": PROJECT, "subnets": ["sub1", "gone"], "tags": [],
        "description": f"cloudctl:{KEY} 10.0.0.0/24", "created_at": MADE, "admin_state_up": True,
    }  # fmt: skip
    cloud.on("GET", f"{NEUTRON}/networks", {"networks": [network]})
    floating = {
        "id": "f1", "floating_ip_address": "198.51.100.7", "floating_network_id": "ext", "project_id": PROJECT,
        "status": "ACTIVE", "description": "", "port_details": {"device_id": "s1"}, "tags": [], "created_at": MADE,
    }  # fmt: skip
    cloud.on("GET", f"{NEUTRON}/floatingips", {"floatingips": [floating]})
    return cloud


def everything(provider: OpenStackProvider) -> dict[tuple[str, str], CloudObject]:
    return {thing.identity: thing for page in provider.inventory.full() for thing in page}


def test_one_of_each_in_the_neutral_shape(lists: RecordedCloud, provider: OpenStackProvider) -> None:
    found = everything(provider)
    made = datetime(2026, 2, 27, 10, tzinfo=UTC)
    ours = {"tenant": PROJECT, "tenant_name": "civil-affairs", "created_at": made}
    assert found[ObjectKind.SERVER, "s1"] == CloudObject(
        kind=ObjectKind.SERVER, native_id="s1", name="web-1", key=KEY, zone="az1", status=ObjectStatus.ACTIVE, vcpu=2,
        memory_mib=4096, disk_gib=40, host="node-3", image="i1", addresses=("10.0.0.5",), networks=("n1",),
        tags=("prod", "system=oa"), **ours,
    )  # fmt: skip
    assert found[ObjectKind.VOLUME, "v1"] == CloudObject(
        kind=ObjectKind.VOLUME, native_id="v1", name="", zone="nova", status=ObjectStatus.ACTIVE, disk_gib=100,
        server="s1", **ours,
    )  # fmt: skip
    assert found[ObjectKind.SNAPSHOT, "sn1"] == CloudObject(
        kind=ObjectKind.SNAPSHOT, native_id="sn1", name="nightly", status=ObjectStatus.ERROR, disk_gib=100,
        volume="v1", **ours,
    )  # fmt: skip
    assert found[ObjectKind.IMAGE, "i1"] == CloudObject(
        kind=ObjectKind.IMAGE, native_id="i1", name="debian-12", status=ObjectStatus.ACTIVE, tenant="adm",
        created_at=made,
    )  # fmt: skip
    assert found[ObjectKind.SNAPSHOT, "i2"] == CloudObject(
        kind=ObjectKind.SNAPSHOT, native_id="i2", name="before", key=KEY, status=ObjectStatus.BUILDING, disk_gib=40,
        server="s1", **ours,
    )  # fmt: skip
    assert found[ObjectKind.NETWORK, "n1"] == CloudObject(
        kind=ObjectKind.NETWORK, native_id="n1", name="lan", key=KEY, status=ObjectStatus.ACTIVE,
        addresses=("10.0.0.0/24",), **ours,
    )  # fmt: skip
    assert found[ObjectKind.ADDRESS, "f1"] == CloudObject(
        kind=ObjectKind.ADDRESS, native_id="f1", name="198.51.100.7", status=ObjectStatus.ACTIVE,
        addresses=("198.51.100.7",), networks=("ext",), server="s1", **ours,
    )  # fmt: skip
    assert len(found) == 7


def test_all_projects_are_read_a_thousand_a_call(lists: RecordedCloud, provider: OpenStackProvider) -> None:
    cloud = lists
    first = {"servers": [server(1)], "servers_links": [{"rel": "next", "href": "x"}]}
    cloud._answers["GET", f"{NOVA}/servers/detail"].clear()
    cloud.on("GET", f"{NOVA}/servers/detail", first)
    cloud.on("GET", f"{NOVA}/servers/detail", {"servers": [server(2, image="", status="SHUTOFF")]})
    images = cloud._answers["GET", f"{GLANCE}/images"].pop().body
    cloud.on("GET", f"{GLANCE}/images", images | {"next": "/v2/images?marker=i2"})
    cloud.on("GET", f"{GLANCE}/images", {"images": []})
    found = everything(provider)
    assert found[ObjectKind.SERVER, "s2"].image is None
    assert found[ObjectKind.SERVER, "s2"].status is ObjectStatus.STOPPED
    pages = cloud.asked("GET", f"{NOVA}/servers/detail")
    assert [page.query for page in pages] == [
        {"all_tenants": ["1"], "limit": ["1000"]},
        {"all_tenants": ["1"], "limit": ["1000"], "marker": ["s1"]},
    ]
    assert [page.query.get("marker") for page in cloud.asked("GET", f"{GLANCE}/images")] == [None, ["i2"]]
    assert cloud.asked("GET", f"{CINDER}/volumes/detail")[0].query["all_tenants"] == ["1"]


@pytest.mark.parametrize(("answer", "error"), [({"status": 500}, Busy), ({"lost": True}, Unreachable)])
def test_a_service_that_fails_in_the_middle_is_told_after_what_came(
    lists: RecordedCloud, provider: OpenStackProvider, answer: dict[str, Any], error: type[Exception]
) -> None:
    lists._answers["GET", f"{CINDER}/volumes/detail"].clear()
    lists.on("GET", f"{CINDER}/volumes/detail", {}, **answer)
    pages = provider.inventory.full()
    assert [thing.native_id for thing in next(pages)] == ["s1"]
    with pytest.raises(error):
        next(pages)


def test_the_first_cursor_is_the_present(lists: RecordedCloud, provider: OpenStackProvider, clock: FixedClock) -> None:
    start = provider.inventory.changes(None)
    assert (start.complete, start.objects, start.cursor) == (True, (), clock.now().isoformat())
    assert lists.calls == []


@pytest.mark.parametrize("cursor", ["nonsense", "2026-02-01T00:00:00+00:00"])
def test_a_cursor_that_is_none_or_too_old_is_a_gap(provider: OpenStackProvider, cursor: str) -> None:
    changes = provider.inventory.changes(cursor)
    assert not changes.complete
    assert changes.cursor


def test_changes_are_asked_of_nova_with_an_overlap(
    lists: RecordedCloud, provider: OpenStackProvider, clock: FixedClock
) -> None:
    cloud, since = lists, clock.now() - timedelta(minutes=5)
    moved = server(1, name="renamed", updated=(clock.now() - timedelta(minutes=1)).isoformat())
    seen_before = server(2, updated=(since - timedelta(minutes=1)).isoformat())
    gone = server(3, status="DELETED", updated=(clock.now() - timedelta(minutes=2)).isoformat())
    cloud._answers["GET", f"{NOVA}/servers/detail"].clear()
    cloud.on("GET", f"{NOVA}/servers/detail", {"servers": [moved, seen_before, gone]})
    for name, user in (("s1", "u1"), ("s3", "u2")):
        actions = {"instanceActions": [{"user_id": user, "action": "x", "start_time": MADE}]}
        cloud.on("GET", f"{NOVA}/servers/{name}/os-instance-actions", actions)
    cloud.on("GET", "/v3/users/u1", {"user": {"id": "u1", "name": "wang"}})
    changes = provider.inventory.changes(since.isoformat())
    asked = cloud.asked("GET", f"{NOVA}/servers/detail")[0].query
    assert asked["changes-since"] == [(since - OVERLAP).isoformat()]
    assert changes.complete
    assert changes.cursor == clock.now().isoformat()
    assert list(changes.suspects) == [(ObjectKind.SERVER, "s3")]
    assert [thing.name for thing in changes.objects if thing.kind is ObjectKind.SERVER] == ["renamed", "web-2"]
    assert {thing.kind for thing in changes.objects} == set(ObjectKind)
    assert changes.actors == {"s1": "wang", "s3": "u2"}  # nobody tells who u2 was


def test_a_few_are_looked_at_one_by_one_and_many_in_the_list(lists: RecordedCloud, provider: OpenStackProvider) -> None:
    cloud = lists
    cloud.on("GET", f"{NOVA}/servers/s1", {"server": server()})
    cloud.on("GET", f"{NOVA}/servers/s2", {"server": server(2, status="DELETED")})
    look = provider.inventory.look
    assert [thing.native_id for thing in look(ObjectKind.SERVER, ["s1", "s2", "s3"])] == ["s1"]
    assert cloud.asked("GET", f"{NOVA}/servers/detail") == []
    many = [f"s{number}" for number in range(1, FEW + 2)]
    assert [thing.native_id for thing in look(ObjectKind.SERVER, many)] == ["s1"]
    assert len(cloud.asked("GET", f"{NOVA}/servers/detail")) == 1
    assert [thing.native_id for thing in look(ObjectKind.SNAPSHOT, ["sn1", "i2", "i1", "x"])] == ["sn1", "i2"]
    assert [thing.native_id for thing in look(ObjectKind.VOLUME, ["v1"])] == ["v1"]
    assert cloud.asked("GET", f"{NEUTRON}/networks") == []


@pytest.mark.parametrize(
    ("bootable", "device", "tags"),
    [("true", "/dev/vda", ("root",)), ("true", "/dev/vdb", ()), ("false", "/dev/vda", ()), ("true", None, ())],
)
def test_a_volume_that_a_server_boots_from_says_so(
    lists: RecordedCloud, provider: OpenStackProvider, bootable: str, device: str | None, tags: tuple[str, ...]
) -> None:
    volume = {
        "id": "v2", "status": "in-use", "size": 10, "attachments": [{"server_id": "s1", "device": device}],
        "bootable": bootable,
    }  # fmt: skip
    lists._answers["GET", f"{CINDER}/volumes/detail"].clear()
    lists.on("GET", f"{CINDER}/volumes/detail", {"volumes": [volume]})
    assert everything(provider)[ObjectKind.VOLUME, "v2"].tags == tags
