"""A department's order on a vCenter, by API from the application until nothing of it is left, and one over two clouds.

The tests are the chapters of one story and run in this order. What stands in the vCenter is read with a connection of
its own, never through cloudctl.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from pyVmomi import vim

from cloudctl.cli.exits import Exit
from cloudctl.providers.vsphere.client import Client
from cloudctl.providers.vsphere.config import configured
from cloudctl.providers.vsphere.machines import PATHS, Machine, machine
from tests.e2e.installation import Installation, Process
from tests.e2e.people import CAPACITY, LIMITS, ZONE, CloudEntry, Crew, application, deliver, network_item, server_item
from tests.e2e.people import settle as settle_crew
from tests.lab.vcenter import Vcenter, VcenterServer

CLOUD = CloudEntry("city-v", "vsphere", "campus-router", "debian-12")
SECOND = "sim-2"
RETENTION_DAYS = 14


@dataclass
class Story:
    """Who and what is in it."""

    town: Installation
    serve: Process
    crew: Crew
    vcenter: Vcenter
    past: Client

    def machines(self, *, trash: bool = False) -> dict[UUID, Machine]:
        """The machines with a key of ours, or what is in the trash, by key."""
        path = f"{self.vcenter.datacenter}/vm/cloudctl"
        root, thrown = (
            self.past.call(lambda content, at=at: content.searchIndex.FindByInventoryPath(at))
            for at in (path, f"{path}/trash")
        )
        moid = None if thrown is None else thrown._GetMoId()
        found = [machine(*read, None) for read in self.past.read(vim.VirtualMachine, [self.past.under(root)], PATHS)]
        chosen = [each for each in found if (each.parent == moid) is trash]
        keyed = {
            UUID(each.notes["cloudctl.trashed"].split()[0]) if trash else each.key: each
            for each in chosen
            if trash or each.key is not None
        }
        assert len(keyed) == len(chosen)
        return keyed  # type: ignore[return-value]

    def vlans(self) -> dict[str, int]:
        """The VLAN of each portgroup of ours, by its id."""
        at = f"{self.vcenter.datacenter}/network"
        folder = self.past.call(lambda content: content.searchIndex.FindByInventoryPath(at))
        paths = ("config.description", "config.defaultPortConfig")
        groups = self.past.read(vim.dvs.DistributedVirtualPortgroup, [self.past.under(folder)], paths)
        return {
            ref._GetMoId(): values[paths[1]].vlan.vlanId
            for ref, values in groups
            if (values.get(paths[0]) or "").startswith("cloudctl:")
        }

    def servers(self) -> dict[str, dict[str, Any]]:
        officer = self.crew.officer
        return {row["name"]: officer.get(f"/servers/{row['id']}") for row in officer.rows("/servers")}

    def change(self, title: str, *items: dict[str, Any]) -> dict[str, Any]:
        return deliver(self.crew, application(self.crew, title=title, items=list(items)))

    def later(self, days: int) -> None:
        """The worker so many days later, while `serve` is stopped; then `serve` again."""
        self.serve.stop()
        done = subprocess.run(
            [sys.executable, "-m", "tests.e2e.later", str(days)],
            env=self.town.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        self.serve = self.town.start("serve")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    home = tmp_path_factory.mktemp("vsphere")
    with VcenterServer(vms=4, clusters=1, hosts=2) as vcenter:
        clouds_yaml = vcenter.write_clouds(home / "clouds.yaml", CLOUD.code)
        town = Installation(
            home,
            environment={"OS_CLIENT_CONFIG_FILE": str(clouds_yaml)},
            engine_poll_s=0.1,
            cloud_poll_s=0.2,
            settle_s=1,
            retention_days=RETENTION_DAYS,
        )
        serve = town.start("serve")
        crew = settle_crew(town, cloud=CLOUD)
        story = Story(town, serve, crew, vcenter, Client(configured(CLOUD.code, clouds_yaml)))
        try:
            yield story
            story.serve.stop()
        finally:
            story.serve.kill()


def built(story: Story, name: str = "oa", **more: Any) -> dict[str, Any]:
    """Two servers with a data volume each on a segment: a vCenter has no floating addresses."""
    return application(story.crew, name, items=[network_item(name), server_item(name)], **more)


def test_a_zone_without_vlans_cannot_have_a_segment_there_and_says_so(story: Story) -> None:
    officer, admin = story.crew.officer, story.crew.admin
    refused = officer.refused(lambda: officer.post("/orders?submit=true", built(story)))
    assert refused.code is Exit.USAGE
    assert "has no VLANs for segments on city-v" in str(refused)
    admin.run("catalogue", "put-zones", ZONE, "--name", "政务外网区", "--name-en", "Extranet", "--max-mlps-level", "3",
              "--vlan-first", "400", "--vlan-last", "409")  # fmt: skip
    zone = next(zone for zone in officer.get("/catalogue")["zones"] if zone["code"] == ZONE)
    assert (zone["vlan_first"], zone["vlan_last"]) == (400, 409)


def test_delivered_with_each_object_once_and_what_was_asked_for(story: Story) -> None:
    deliver(story.crew, built(story))
    officer, servers = story.crew.officer, story.servers()
    volumes = officer.rows("/volumes")
    machines = story.machines()
    assert machines.keys() == {UUID(row["id"]) for row in (*servers.values(), *volumes)}
    for name in ("oa-1", "oa-2"):
        made = machines[UUID(servers[name]["id"])]
        assert (made.title, made.uuid, made.on) == (name, servers[name]["backend_id"], True)
        assert (made.vcpu, made.memory_mib) == (1, 1024)
        assert sorted(disk.size_gib for disk in made.disks) == [2, 10]
        assert sorted(a.partition("/")[0] for a in made.addresses) == sorted(servers[name]["fixed_addresses"])
    assert len({address for row in servers.values() for address in row["fixed_addresses"]}) == 4
    segment = officer.only("/networks")
    assert story.vlans() == {officer.get(f"/networks/{segment['id']}")["backend_id"]: 400}
    assert segment["vlan"] == 400
    assert "400" in officer.run("networks", "list")


def test_resized_and_extended(story: Story) -> None:
    server = story.servers()["oa-1"]
    volume = next(row for row in story.crew.officer.rows("/volumes") if row["server_id"] == server["id"])
    story.change(
        "扩容",
        {"kind": "resize", "server": server["id"], "specification": "s2"},
        {"kind": "extend", "volume": volume["id"], "size_gib": 5},
    )
    made = story.machines()[UUID(server["id"])]
    assert (made.vcpu, made.memory_mib, made.on, made.uuid) == (2, 2048, True, server["backend_id"])
    assert sorted(disk.size_gib for disk in made.disks) == [5, 10]


def test_released_restored_and_released_for_good(story: Story) -> None:
    officer, server = story.crew.officer, story.servers()["oa-1"]
    before = story.machines()[UUID(server["id"])]
    story.change("退还", {"kind": "release", "resource": server["id"]})
    released = story.machines()[UUID(server["id"])]
    assert (released.on, any(nic.connected for nic in released.nics)) == (False, False)
    assert [disk.path for disk in released.disks] == [disk.path for disk in before.disks]
    officer.run("servers", "restore", server["id"])
    officer.await_state(f"/servers/{server['id']}", "active")
    restored = story.machines()[UUID(server["id"])]
    assert (restored.on, all(nic.connected for nic in restored.nics)) == (True, True)
    assert restored.addresses == before.addresses

    kept = {UUID(row["id"]) for row in officer.rows("/volumes")}
    story.change("退还", *({"kind": "release", "resource": row["id"]} for row in story.servers().values()))
    story.later(RETENTION_DAYS + 1)
    assert story.machines().keys() == kept
    thrown = story.machines(trash=True)
    assert thrown.keys() >= {UUID(server["id"])}
    assert all((each.on, each.nics, each.key) == (False, (), None) for each in thrown.values())
    story.change("退还", *({"kind": "release", "resource": str(key)} for key in kept))
    story.change("退还", {"kind": "release", "resource": officer.only("/networks")["id"]})
    story.later(2 * RETENTION_DAYS + 2)
    assert story.machines() == {}
    assert story.vlans() == {}


def test_an_order_over_two_clouds(story: Story) -> None:
    """A pair is split: one half stands in the vCenter, the other on the simulated cloud."""
    admin, crew = story.crew.admin, story.crew
    story.change("网段", network_item("left"))
    segment = next(row for row in crew.officer.rows("/networks") if row["state"] == "active")
    entry = {"code": SECOND, "name": SECOND, "kind": "simulated", "zones": [ZONE], "capacity": CAPACITY}
    admin.post("/clouds", entry | {"external_network": "sim-external"})
    image = next(row for row in crew.officer.get("/catalogue")["images"] if row["code"] == "debian-12")
    names = {CLOUD.code: "debian-12", SECOND: "debian-12"}
    kept = {name: image[name] for name in ("name", "os_family", "architecture", "min_disk_gib", "login_user")}
    admin.put("/catalogue/images/debian-12", {**kept, "names": names})
    for dimension, limit in LIMITS.items():
        where = {"department_id": crew.department["id"], "cloud": SECOND, "zone": ZONE}
        admin.put("/quotas", where | {"dimension": dimension, "limit": limit})
    halves = [
        server_item("left", count=1, anti_affinity="pair", network=segment["id"]),
        network_item("right"),
        server_item("right", count=1, anti_affinity="pair"),
    ]
    order = deliver(crew, application(crew, title="双活", items=halves))
    servers = {row["cloud"]: row["name"] for row in crew.officer.rows("/servers", order_id=order["id"])}
    assert sorted(servers) == [CLOUD.code, SECOND]
    assert [each.title for each in story.machines().values() if not each.holds] == [servers[CLOUD.code]]
    assert crew.officer.only("/networks", order_id=order["id"])["vlan"] is None
    assert segment["vlan"] in range(400, 410)
