"""The whole story on the real OpenStack: from a department's first application until nothing of it is left.

The tests are the chapters of one story and run in this order. What stands in the cloud is read with the administrator's
own client, never through cloudctl.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from cloudctl.cli.exits import Exit
from tests.e2e.follower import Follower
from tests.e2e.installation import Installation, Process
from tests.e2e.mailbox import Mailbox
from tests.e2e.openstack import QUIET, Cloud, Project
from tests.e2e.people import LIMITS, SSH_KEY, Crew, application, deliver, hand_in, settle
from tests.waiting import until

pytestmark = QUIET

RETENTION_DAYS = 14
MISSING = ("请写明系统用途", "请补充项目批复文号")
OBJECTS = {"servers": 2, "volumes": 2, "networks": 1, "subnets": 2, "routers": 1, "addresses": 1}


@dataclass
class Story:
    """Who and what is in it; `order` is the one that builds, `live` what its applicant saw meanwhile."""

    town: Installation
    serve: Process
    crew: Crew
    project: Project
    order: dict[str, Any] = field(default_factory=dict)
    live: list[dict[str, Any]] = field(default_factory=list)
    connections: int = 0

    def servers(self) -> dict[str, dict[str, Any]]:
        """The department's servers by name, as its officer sees them."""
        officer = self.crew.officer
        return {row["name"]: officer.get(f"/servers/{row['id']}") for row in officer.rows("/servers")}

    def volumes(self) -> dict[str, dict[str, Any]]:
        return {row["name"]: row for row in self.crew.officer.rows("/volumes")}

    def in_cloud(self, server: dict[str, Any]) -> Any:
        """The one server of OpenStack that has this server's key."""
        (found,) = [other for other in self.project.servers if other.metadata["cloudctl_key"] == server["id"]]
        return found

    def change(self, title: str, *items: dict[str, Any]) -> dict[str, Any]:
        """An order that changes what exists, carried out."""
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
def story(cloud: Cloud, mailbox: Mailbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    town = Installation(
        tmp_path_factory.mktemp("story"),
        environment={"OS_CLIENT_CONFIG_FILE": str(cloud.lab.clouds_yaml)},
        smtp__host="127.0.0.1",
        smtp__port=mailbox.port,
        smtp__sender="cloud@example.org",
        engine_poll_s=0.1,
        cloud_poll_s=0.5,
        settle_s=2,
        retention_days=RETENTION_DAYS,
    )
    serve = town.start("serve")
    crew = settle(town, cloud=cloud.entry)
    story = Story(town, serve, crew, cloud.project(crew.department["id"]))
    try:
        yield story
        story.serve.stop()
    finally:
        story.serve.kill()
        story.project.scrub()


def test_a_check_shows_findings_and_what_is_left(story: Story) -> None:
    found = story.crew.officer.post("/orders/check", application(story.crew))
    assert (found["cloud"], found["effect"], found["auto_approved"]) == ("lab", "warn", False)
    assert {finding["rule"] for finding in found["findings"]} >= {"address-in-extranet", "user-data-review"}
    assert all(finding["reason"]["zh_CN"] and finding["reason"]["en"] for finding in found["findings"])
    amounts = {row["dimension"]: row for row in found["amounts"]}
    assert {name: row["demand"] for name, row in amounts.items()} == {
        "vcpu": 2, "memory_mib": 2048, "volume_gib": 24, "servers": 2, "segments": 1, "addresses": 1
    }  # fmt: skip
    assert {name: row["quota_left"] for name, row in amounts.items()} == LIMITS
    assert amounts["vcpu"]["cloud_left"] == 4000
    assert story.crew.officer.rows("/orders") == []


def test_the_office_sends_one_back_and_approves_the_next(story: Story, mailbox: Mailbox) -> None:
    crew = story.crew
    first = hand_in(crew, application(crew, "archive", purpose="扩容"))
    second = hand_in(crew, application(crew))
    queue = json.loads(crew.reviewer.run("orders", "list", "--state", "signed_off", "-o", "json"))
    assert {row["number"] for row in queue} == {first["number"], second["number"]}
    assert {finding["rule"] for finding in second["findings"]} >= {"address-in-extranet"}

    crew.reviewer.run("orders", "return", first["number"], "--missing", MISSING[0], "--missing", MISSING[1])
    returned = crew.officer.get(f"/orders/{first['id']}")
    assert (returned["state"], returned["held"]) == ("returned", True)
    assert returned["correction_due"] is not None
    mail = until(lambda: mailbox.find(crew.officer.mail, first["number"]))
    body = mail.get_content()
    assert "退回" in mail["Subject"] or "补正" in mail["Subject"]
    assert "returned for correction" in mail["Subject"]
    assert all(f"{number}. {words}" in body for number, words in enumerate(MISSING, start=1))
    crew.officer.patch(f"/orders/{first['id']}", {"purpose": "档案数字化存储", "project_document": "发改〔2026〕12号"})
    assert crew.officer.post(f"/orders/{first['id']}/submit")["state"] == "submitted"
    assert crew.officer.post(f"/orders/{first['id']}/cancel", {"reason": "暂缓"})["state"] == "cancelled"

    shown = crew.reviewer.run("orders", "show", second["number"])
    assert "Left in the quota" in shown
    assert "address-in-extranet" in shown
    assert "部门负责人已审签" in crew.reviewer.run("orders", "show", second["number"], lang="zh_CN")
    story.order = second


def test_the_officer_watches_the_build_live(story: Story) -> None:
    crew, order = story.crew, story.order
    with Follower(crew.officer, order["id"]) as live:
        live.await_state("signed_off")
        live.cut()
        told = crew.reviewer.run("orders", "approve", order["number"], "--reason", "材料齐全", "--wait")
        live.await_state("delivered")
    assert "[delivered]" in told
    assert live.connections > 1
    seqs = [line["seq"] for line in live.lines]
    assert seqs == sorted(set(seqs))
    on_record = crew.officer.get(f"/orders/{order['id']}/progress")
    assert [{**line, "text": ""} for line in live.lines] == [{**line, "text": ""} for line in on_record]
    assert (live.lines[0]["text"], on_record[0]["text"]) == ("已提交。", "Handed in.")
    states = list(dict.fromkeys(line["state"] for line in live.lines))
    assert states == ["submitted", "signed_off", "in_review", "approved", "provisioning", "delivered"]
    assert sum(line["state"] == "provisioning" for line in live.lines) >= 5
    assert crew.officer.get(f"/orders/{order['id']}")["state"] == "delivered"


def test_openstack_has_exactly_what_was_asked_for_under_our_keys(story: Story) -> None:
    officer, project = story.crew.officer, story.project
    assert {kind: count for kind, count in project.counts().items() if kind != "ports"} == OBJECTS
    kinds = ("servers", "volumes", "networks", "addresses")
    ours = {row["id"] for kind in kinds for row in officer.rows(f"/{kind}")}
    assert len(ours) == 6
    assert project.keys() == dict.fromkeys(ours, 1)
    assert {thing.id for kind in kinds for thing in getattr(project, kind)} == {
        officer.get(f"/{kind}/{row['id']}")["backend_id"] for kind in kinds for row in officer.rows(f"/{kind}")
    }
    servers = story.servers()
    for name in ("oa-1", "oa-2"):
        server = story.in_cloud(servers[name])
        assert (server.name, server.status) == (name, "ACTIVE")
        assert (server.flavor.vcpus, server.flavor.ram, server.flavor.disk) == (1, 1024, 10)
        boot = project.user_data(server.id)
        assert "nginx" in boot
        assert SSH_KEY in boot
    volumes = story.volumes()
    attached = {
        volume.metadata["cloudctl_key"]: [entry["server_id"] for entry in volume.attachments]
        for volume in project.volumes
    }
    for name, volume in volumes.items():
        owner = next(server for server in servers.values() if server["id"] == volume["server_id"])
        assert attached[volume["id"]] == [owner["backend_id"]], name
    assert {(volume.size, volume.status) for volume in project.volumes} == {(2, "in-use")}


def test_the_project_is_closed_and_fenced(story: Story) -> None:
    (group,) = story.project.groups
    assert group.name == "default"
    assert [rule for rule in group.security_group_rules if rule["direction"] == "ingress"] == []
    quota = story.project.quota()
    expected = {
        "cores": LIMITS["vcpu"],
        "ram": LIMITS["memory_mib"],
        "instances": LIMITS["servers"],
        "gigabytes": LIMITS["volume_gib"],
        "networks": LIMITS["segments"],
        "floating_ips": LIMITS["addresses"],
    }
    assert {name: quota[name] for name in expected} == expected


def test_the_officer_gets_addresses_and_access(story: Story) -> None:
    officer, project = story.crew.officer, story.project
    segment = officer.only("/networks")
    blocks = [ip_network(segment["cidr_v4"]), ip_network(segment["cidr_v6"])]
    assert [block.version for block in blocks] == [4, 6]
    assert blocks[0].prefixlen == 27
    assert sorted(subnet.cidr for subnet in project.subnets) == sorted(map(str, blocks))
    in_ports = {fixed["ip_address"] for port in project.ports for fixed in port.fixed_ips}
    for server in story.servers().values():
        addresses = [ip_address(text) for text in server["fixed_addresses"]]
        assert sorted(address.version for address in addresses) == [4, 6]
        assert all(any(address in block for block in blocks) for address in addresses)
        assert {str(address) for address in addresses} <= in_ports
    (floating,) = project.addresses
    first = story.servers()["oa-1"]
    address = officer.only("/addresses")
    assert address["address"] == floating.floating_ip_address
    assert address["server_id"] == first["id"]
    assert floating.fixed_ip_address in first["fixed_addresses"]
    assert officer.post(f"/servers/{first['id']}/console")["url"].startswith("http")


def test_everybody_is_told_by_mail_in_both_languages(story: Story, mailbox: Mailbox) -> None:
    number, crew = story.order["number"], story.crew
    for person, english, chinese in (
        (crew.head, "waits for your sign-off", "审签"),
        (crew.reviewer, "waits for review", "审核"),
        (crew.officer, "was approved", "批准"),
        (crew.officer, "was delivered", "交付"),
        (crew.head, "was delivered", "交付"),
    ):
        mail = until(lambda who=person.mail, words=english: mailbox.find(who, number, words))  # type: ignore[misc]
        assert number in mail.get_content()
        assert chinese in mail["Subject"], mail["Subject"]
    sent = story.crew.reviewer.rows("/notices", order_id=story.order["id"])
    assert {row["state"] for row in sent} == {"sent"}


def test_a_foreign_department_learns_nothing(story: Story) -> None:
    neighbour = story.crew.neighbour
    first = story.servers()["oa-1"]
    order = story.order
    for path in (f"/orders/{order['id']}", f"/orders/{order['id']}/progress", f"/servers/{first['id']}"):
        assert neighbour.refused(lambda path=path: neighbour.get(path)).code is Exit.NOT_FOUND  # type: ignore[misc]
    assert neighbour.refused(lambda: neighbour.post(f"/servers/{first['id']}/stop")).code is Exit.NOT_FOUND
    for kind in ("orders", "servers", "volumes", "networks", "addresses"):
        assert neighbour.rows(f"/{kind}") == []
    assert story.crew.system not in {row["id"] for row in neighbour.rows("/systems")}
    assert "There is no order" in neighbour.run("orders", "show", order["id"], code=Exit.NOT_FOUND)
    assert story.in_cloud(first).status == "ACTIVE"


def test_resized_extended_and_renewed(story: Story) -> None:
    servers, volume = story.servers(), story.volumes()["oa-1-disk-1"]
    story.change(
        "扩容与续期",
        {"kind": "resize", "server": servers["oa-1"]["id"], "specification": "s2"},
        {"kind": "extend", "volume": volume["id"], "size_gib": 5},
        {"kind": "renew", "resource": servers["oa-2"]["id"], "expires_on": "2028-06-30"},
    )
    changed = story.servers()
    assert (changed["oa-1"]["specification"], changed["oa-1"]["vcpu"]) == ("s2", 2)
    assert changed["oa-2"]["expires_on"] == "2028-06-30"
    server = story.in_cloud(changed["oa-1"])
    assert (server.status, server.flavor.vcpus, server.flavor.ram) == ("ACTIVE", 2, 2048)
    assert server.id == servers["oa-1"]["backend_id"]
    (grown,) = [other for other in story.project.volumes if other.metadata["cloudctl_key"] == volume["id"]]
    assert (grown.size, grown.status) == (5, "in-use")
    used = {row["dimension"]: row["committed"] for row in story.crew.officer.rows("/quotas")}
    assert used == {"vcpu": 3, "memory_mib": 3072, "volume_gib": 27, "servers": 2, "segments": 1, "addresses": 1}


def belongings(story: Story, server: dict[str, Any]) -> dict[str, set[Any]]:
    """What a server has in OpenStack: its disks, its addresses, its floating address and the port that one leads to."""
    project, key = story.project, server["backend_id"]
    ports = [port for port in project.ports if port.device_id == key]
    return {
        "disks": {disk.id for disk in project.volumes if [other["server_id"] for other in disk.attachments] == [key]},
        "fixed": {fixed["ip_address"] for port in ports for fixed in port.fixed_ips},
        "floating": {(address.id, address.floating_ip_address) for address in project.addresses},
        "answering at": {address.port_id for address in project.addresses if address.port_id},
    }


def gates(story: Story, server: dict[str, Any]) -> set[bool]:
    """Whether the server's ports let anything through."""
    return {port.is_admin_state_up for port in story.project.ports if port.device_id == server["backend_id"]}


def test_an_address_released_alone_leads_nowhere_until_it_is_restored(story: Story) -> None:
    officer, server, address = story.crew.officer, story.servers()["oa-1"], story.crew.officer.only("/addresses")
    before = belongings(story, server)
    story.change("退还地址", {"kind": "release", "resource": address["id"]})
    assert officer.only("/addresses")["state"] == "retained"
    assert belongings(story, server) == {**before, "answering at": set()}
    assert story.in_cloud(server).status == "ACTIVE"
    officer.run("addresses", "restore", address["id"])
    officer.await_state(f"/addresses/{address['id']}", "active")
    assert belongings(story, server) == before


def test_released_restored_and_released_again(story: Story) -> None:
    officer, server = story.crew.officer, story.servers()["oa-1"]
    before = belongings(story, server)
    assert [len(kind) for kind in before.values()] == [1, 2, 1, 1]
    assert gates(story, server) == {True}
    for way in ("servers", "resources"):
        story.change("退还", {"kind": "release", "resource": server["id"]})
        released = story.servers()["oa-1"]
        assert (released["state"], released["power"]) == ("retained", "off")
        assert released["purge_after"] is not None
        assert officer.only("/addresses")["state"] == "retained"
        assert story.in_cloud(server).status == "SHUTOFF"
        assert gates(story, server) == {False}
        assert belongings(story, server) == before
        assert officer.refused(lambda: officer.post(f"/servers/{server['id']}/start")).code is Exit.CONFLICT
        officer.run(way, "restore", server["id"])
        officer.await_state(f"/servers/{server['id']}", "active")
        assert story.in_cloud(server).status == "ACTIVE"
        assert gates(story, server) == {True}
        assert belongings(story, server) == before
        assert officer.only("/addresses")["state"] == "active"
    story.change("退还", {"kind": "release", "resource": server["id"]})
    assert story.in_cloud(server).status == "SHUTOFF"


def test_nothing_is_purged_before_its_retention_and_all_of_it_after(story: Story) -> None:
    officer, server = story.crew.officer, story.servers()["oa-1"]
    story.later(RETENTION_DAYS - 1)
    assert story.in_cloud(server).status == "SHUTOFF"
    story.later(RETENTION_DAYS + 1)
    assert officer.get(f"/servers/{server['id']}")["state"] == "released"
    assert [other.name for other in story.project.servers] == ["oa-2"]
    assert story.project.addresses == []
    loose = story.volumes()["oa-1-disk-1"]
    assert (loose["state"], loose["server_id"]) == ("active", None)
    (kept,) = [other for other in story.project.volumes if other.metadata["cloudctl_key"] == loose["id"]]
    assert (kept.status, kept.attachments) == ("available", [])
    used = {row["dimension"]: row["committed"] for row in officer.rows("/quotas")}
    assert used == {"vcpu": 1, "memory_mib": 1024, "volume_gib": 17, "servers": 1, "segments": 1, "addresses": 0}


def test_at_the_end_nothing_is_left(story: Story) -> None:
    officer = story.crew.officer
    second = story.servers()["oa-2"]
    releases = [second["id"], *(volume["id"] for volume in story.volumes().values())]
    story.change("退还", *({"kind": "release", "resource": key} for key in releases))
    segment = officer.only("/networks")["id"]
    early = application(story.crew, title="退还网段", items=[{"kind": "release", "resource": segment}])
    refused = officer.refused(lambda: officer.post("/orders?submit=true", early))
    assert refused.code is Exit.CONFLICT
    assert "still has servers" in refused.message
    story.later(RETENTION_DAYS + 1)
    story.change("退还网段", {"kind": "release", "resource": segment})
    story.later(2 * RETENTION_DAYS + 2)
    assert story.project.counts() == {}
    assert {row["committed"] for row in officer.rows("/quotas")} == {0}
    assert {row["held"] for row in officer.rows("/quotas")} == {0}
    assert {row["state"] for row in story.crew.reviewer.rows("/prefixes")} == {"cooling", "free"}


def test_the_auditor_sees_who_decided_what_when_and_why(story: Story) -> None:
    told = json.loads(story.crew.auditor.run("audit", "list", "--target-id", story.order["id"], "--all", "-o", "json"))
    officer, head = story.crew.officer.login, story.crew.head.login
    walk = [(row["actor"], row["action"], row["record"]["reason"]) for row in reversed(told)]
    assert walk == [
        (officer, "create/order", None),
        (officer, "update/submit", None),
        (head, "allow/sign-off", "同意"),
        ("reviewer", "allow/accept", None),
        ("reviewer", "allow/approve", "材料齐全"),
        ("cloudctl", "start/provision", None),
        ("cloudctl", "update/deliver", None),
    ]
    times = [row["at"] for row in reversed(told)]
    assert times == sorted(times)
    approval = next(row["record"] for row in told if row["action"] == "allow/approve")
    assert (approval["before"]["state"], approval["after"]["state"]) == ("in_review", "approved")
    assert approval["request"]
    exported = story.crew.auditor.run("audit", "export").splitlines()
    actions = {json.loads(line)["action"] for line in exported}
    assert actions >= {
        "read/console",
        "deny/return",
        *(f"update/{act}" for act in ("resize", "extend", "renew", "release")),
    }
    assert actions >= {"start/restore", "update/restore", "delete/purge", "delete/vanish"}
    assert not [line for line in exported if "nginx" in line]
