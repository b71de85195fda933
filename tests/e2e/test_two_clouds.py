"""One order over a real OpenStack and a vCenter, by API from the draft until one half of it is given back.

The tests are the chapters of one story and run in this order. What stands in the clouds is read with connections of
their own, never through cloudctl.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from pyVmomi import vim

from cloudctl.cli.exits import Exit
from cloudctl.providers.vsphere.client import Client
from cloudctl.providers.vsphere.config import configured
from cloudctl.providers.vsphere.machines import PATHS, Machine, machine
from tests.e2e.installation import Installation, Process
from tests.e2e.openstack import QUIET, Cloud, Project
from tests.e2e.people import CAPACITY, LIMITS, ZONE, Crew, application, deliver, network_item, server_item, settle
from tests.lab.vcenter import Vcenter, VcenterServer

pytestmark = QUIET

VMWARE = "city-v"
VLANS = (400, 409)


@dataclass
class Story:
    """Who and what is in it; `order` is the one that is split."""

    town: Installation
    serve: Process
    crew: Crew
    project: Project
    vcenter: Vcenter
    past: Client
    order: dict[str, Any] = field(default_factory=dict)

    def machines(self) -> dict[UUID, Machine]:
        """The vCenter's machines that carry a key of ours and are not on their way out."""
        root = self.past.call(lambda c: c.searchIndex.FindByInventoryPath(f"{self.vcenter.datacenter}/vm/cloudctl"))
        found = [machine(*read, None) for read in self.past.read(vim.VirtualMachine, [self.past.under(root)], PATHS)]
        keyed = [each for each in found if each.key is not None]
        made = {each.key: each for each in keyed if each.key is not None}
        assert len(made) == len(keyed), "made twice"
        return made

    def servers(self) -> dict[str, dict[str, Any]]:
        officer = self.crew.officer
        return {row["name"]: officer.get(f"/servers/{row['id']}") for row in officer.rows("/servers")}

    def host(self, server: dict[str, Any]) -> str | None:
        """The host that it runs on, as its cloud says."""
        if server["cloud"] == VMWARE:
            return self.machines()[UUID(server["id"])].host
        (found,) = [other for other in self.project.servers if other.id == server["backend_id"]]
        return str(found.hypervisor_hostname)

    def portgroup_by_hand(self, name: str, vlan: int) -> None:
        """What an administrator of the vCenter makes without a word to us."""
        setting = vim.dvs.VmwareDistributedVirtualSwitch
        ports = setting.VmwarePortConfigPolicy(vlan=setting.VlanIdSpec(vlanId=vlan, inherited=False))
        spec = vim.dvs.DistributedVirtualPortgroup.ConfigSpec(
            name=name, type="earlyBinding", numPorts=8, defaultPortConfig=ports
        )
        path = f"{self.vcenter.datacenter}/network/{self.vcenter.switch}"
        switch = self.past.call(lambda content: content.searchIndex.FindByInventoryPath(path))
        self.past.call(lambda _: switch.AddDVPortgroup_Task([spec]))


@pytest.fixture(scope="module")
def story(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    home = tmp_path_factory.mktemp("two-clouds")
    with VcenterServer(vms=2, clusters=1, hosts=2) as vcenter:
        clouds_yaml = vcenter.write_clouds(home / "clouds.yaml", VMWARE, beside=cloud.lab.clouds_yaml)
        town = Installation(
            home,
            environment={"OS_CLIENT_CONFIG_FILE": str(clouds_yaml)},
            engine_poll_s=0.1,
            cloud_poll_s=0.3,
            settle_s=2,
        )
        serve = town.start("serve")
        crew = settle(town, cloud=cloud.entry)
        _second_cloud(crew, cloud)
        past = Client(configured(VMWARE, clouds_yaml))
        story = Story(town, serve, crew, cloud.project(crew.department["id"]), vcenter, past)
        try:
            yield story
            story.serve.stop()
        finally:
            story.serve.kill()
            story.project.scrub()


def _second_cloud(crew: Crew, cloud: Cloud) -> None:
    """The vCenter beside the OpenStack: registered, with VLANs, quota and its own name of the image."""
    admin = crew.admin
    zone = {"name": "政务外网区", "name_en": "Extranet", "max_mlps_level": 3}
    admin.put(f"/catalogue/zones/{ZONE}", zone | {"vlan_first": VLANS[0], "vlan_last": VLANS[1]})
    entry = {"code": VMWARE, "name": "市级 vSphere", "kind": "vsphere", "zones": [ZONE], "capacity": CAPACITY}
    admin.post("/clouds", entry | {"external_network": "campus-router"})
    image = {"name": "Debian 12", "os_family": "Debian", "architecture": "x86_64", "min_disk_gib": 1}
    names = {cloud.entry.code: cloud.entry.image, VMWARE: "debian-12"}
    admin.put("/catalogue/images/debian-12", image | {"login_user": "debian", "names": names})
    for dimension, limit in LIMITS.items():
        where = {"department_id": crew.department["id"], "cloud": VMWARE, "zone": ZONE}
        admin.put("/quotas", where | {"dimension": dimension, "limit": limit})


def halves(crew: Crew) -> dict[str, Any]:
    """Two servers that shall not fail together, each on its own segment; the left one with a floating address."""
    items = [
        network_item("left"), server_item("left", count=1, anti_affinity="twin"),
        network_item("right"), server_item("right", count=1, anti_affinity="twin"),
        {"kind": "address", "server": "left-1", "term_months": 12},
    ]  # fmt: skip
    return application(crew, title="双活门户", items=items)


def test_a_draft_is_told_where_it_would_go_and_why(story: Story) -> None:
    crew = story.crew
    draft = crew.officer.post("/orders", halves(crew))
    told = crew.officer.get(f"/orders/{draft['id']}/placements")
    assert (told["decided"], told["cloud"]) == (False, f"{VMWARE}+{crew.cloud.code}")
    homes = {item["name"]: at["cloud"] for at in told["placements"] for item in at["items"] if item["kind"] == "server"}
    assert homes == {"left": crew.cloud.code, "right": VMWARE}
    reasons = [reason["en"] for at in told["placements"] for reason in at["reasons"]]
    assert f"{VMWARE}: has no floating addresses" in reasons
    assert f"{crew.cloud.code}: has another member of twin" in reasons
    assert story.project.all() == []


def test_one_order_is_delivered_on_both_with_each_object_once(story: Story) -> None:
    story.portgroup_by_hand("storage", VLANS[0])
    story.order = deliver(story.crew, halves(story.crew))
    told = story.crew.officer.get(f"/orders/{story.order['id']}/placements")
    assert (told["decided"], len(told["placements"])) == (True, 2)
    servers, officer = story.servers(), story.crew.officer
    assert {name: row["cloud"] for name, row in servers.items()} == {
        "left-1": story.crew.cloud.code,
        "right-1": VMWARE,
    }
    rows = {kind: officer.rows(f"/{kind}") for kind in ("servers", "volumes", "networks", "addresses")}
    here = {kind: [row["id"] for row in found if row["cloud"] != VMWARE] for kind, found in rows.items()}
    there = {kind: [row["id"] for row in found if row["cloud"] == VMWARE] for kind, found in rows.items()}
    assert {kind: len(found) for kind, found in here.items()} == dict.fromkeys(rows, 1)
    assert {kind: len(found) for kind, found in there.items()} == dict.fromkeys(rows, 1) | {"addresses": 0}
    assert story.project.keys() == dict.fromkeys([key for found in here.values() for key in found], 1)
    assert story.machines().keys() == {UUID(key) for kind in ("servers", "volumes") for key in there[kind]}
    right = story.machines()[UUID(servers["right-1"]["id"])]
    assert (right.uuid, right.on, right.title) == (servers["right-1"]["backend_id"], True, "right-1")


def test_a_vlan_that_was_taken_outside_was_passed_over_and_stays_so(story: Story) -> None:
    officer = story.crew.officer
    segment = next(row for row in officer.rows("/networks") if row["cloud"] == VMWARE)
    assert segment["vlan"] == VLANS[0] + 1
    lines = officer.get(f"/orders/{story.order['id']}/progress")
    said = [line["params"].get("before") for line in lines]
    assert str(VLANS[0]) in said
    seen = story.crew.operator.rows("/inventory", cloud=VMWARE, kind="network")
    assert "storage" in {row["name"] for row in seen}


def test_a_floating_address_on_the_vcenter_is_refused_at_submission(story: Story) -> None:
    right = story.servers()["right-1"]
    form = application(
        story.crew, title="浮动地址", items=[{"kind": "address", "server": right["id"], "term_months": 1}]
    )
    officer = story.crew.officer
    refused = officer.refused(lambda: officer.post("/orders?submit=true", form))
    assert refused.code is Exit.USAGE
    assert f"has floating addresses ({VMWARE})" in str(refused)
    assert "items[0].server" in str(refused)
    assert len(officer.rows("/orders", state="delivered")) == 1


@pytest.mark.parametrize("where", ["left", "right"])
def test_a_pair_that_shares_a_cloud_has_a_host_each(story: Story, where: str) -> None:
    home = story.servers()[f"{where}-1"]
    items = [
        server_item(name, count=1, disks=[], anti_affinity="db", separation="required", network=home["network_id"])
        for name in (f"{where}-a", f"{where}-b")
    ]
    order = deliver(story.crew, application(story.crew, title="主备库", items=items))
    told = story.crew.officer.get(f"/orders/{order['id']}/placements")
    assert [at["cloud"] for at in told["placements"]] == [home["cloud"]] * 2
    for at in told["placements"]:
        assert at["reasons"][-1]["en"] == f"db: its servers on {home['cloud']} go to different hosts, or are not built"
    servers = story.servers()
    hosts = {story.host(servers[item["name"] + "-1"]) for item in items}
    assert len(hosts) == 2


def test_one_half_is_released_and_the_other_runs_on(story: Story) -> None:
    servers = story.servers()
    left, right = servers["left-1"], servers["right-1"]
    items = [{"kind": "release", "resource": left["id"]}]
    deliver(story.crew, application(story.crew, title="退还", items=items))
    (here,) = [server for server in story.project.servers if server.id == left["backend_id"]]
    assert here.status == "SHUTOFF"
    assert story.machines()[UUID(right["id"])].on
    assert {name: row["state"] for name, row in story.servers().items() if name in {"left-1", "right-1"}} == {
        "left-1": "retained",
        "right-1": "active",
    }
