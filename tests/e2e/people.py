"""A department, a neighbour and the office, put on record over the API by the administrator of the first start.

    crew = settle(town, cloud=SIMULATED)        # `serve` is up, the first start's token file is there
    crew.officer.post("/orders", application(crew))

Codes carry a random mark, so that several installations can share one cloud.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from tests.e2e.installation import Installation, Person

ZONE = "extranet"
BLOCKS = ("10.16.0.0/16", "fd00:16::/48")
SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKqpVgVTcDzLQ0PtyUCcVKFOhxAf1sEd9cTJlWQ7hfYR li@fgw.example"
CAPACITY = {"vcpu": 4000, "memory_mib": 8_000_000, "volume_gib": 2_000_000, "servers": 1000, "addresses": 500}
LIMITS = {"vcpu": 200, "memory_mib": 819_200, "volume_gib": 1_500_000, "servers": 60, "segments": 20, "addresses": 20}
SPECIFICATIONS = {"s1": (1, 1024, 10), "s2": (2, 2048, 10), "s4": (2, 4096, 40), "huge-disk": (1, 1024, 700_000)}


@dataclass(frozen=True)
class CloudEntry:
    """A cloud as the office registers it, and what it calls our image."""

    code: str
    kind: str
    external_network: str
    image: str


SIMULATED = CloudEntry("sim-1", "simulated", "sim-external", "debian-12")


@dataclass(kw_only=True)
class Crew:
    """The people, the department and its system."""

    department: dict[str, Any]
    system: str
    cloud: CloudEntry
    people: dict[str, Person]

    def __getattr__(self, login: str) -> Person:
        try:
            return self.people[login]
        except KeyError:
            raise AttributeError(login) from None


DEPARTMENT = {"officer": "department-officer", "head": "department-head"}
OFFICE = {
    "reviewer": "office-reviewer",
    "operator": "operator",
    "auditor": "auditor",
    "capacity": "capacity-specialist",
    "network": "network-specialist",
}


def settle(town: Installation, *, cloud: CloudEntry = SIMULATED, blocks: Sequence[str] = BLOCKS) -> Crew:
    """Everything that is there before the first application, put there by the administrator of the first start."""
    admin = town.person("admin", (town.data / "admin.token").read_text().strip())
    _catalogue(admin, cloud, blocks)
    people = {"admin": admin} | {login: _person(admin, login, role) for login, role in OFFICE.items()}
    crew = _department(cloud, people)
    return replace(crew, people={**crew.people, "neighbour": _department(cloud, people).officer})


def apart(crew: Crew) -> Crew:
    """Another department with an officer, a head and a system of its own; the office is the same."""
    return _department(crew.cloud, crew.people)


def application(crew: Crew, name: str = "oa", **more: Any) -> dict[str, Any]:
    """Two servers with a data volume each on a segment with IPv6, and a floating address for the first."""
    form = {
        "system_id": crew.system,
        "title": "公文流转系统上云",
        "purpose": "两台应用服务器，各一块数据盘，一个网段，一个浮动地址",
        "users": "全市各部门",
        "zone": ZONE,
        "backup": "daily",
        "contact_name": "李文",
        "contact_phone": "0532-00000000",
        "no_state_secrets": True,
        "items": [network_item(name), server_item(name), {"kind": "address", "server": f"{name}-1", "term_months": 12}],
    }
    return form | more


def network_item(name: str) -> dict[str, Any]:
    return {"kind": "network", "name": f"{name}-net", "prefix_length": 27, "ipv6": True, "term_months": 12}


def server_item(name: str, **more: Any) -> dict[str, Any]:
    item = {
        "kind": "server",
        "name": name,
        "count": 2,
        "specification": "s1",
        "image": "debian-12",
        "network": f"{name}-net",
        "disks": [{"size_gib": 2}],
        "ssh_keys": [SSH_KEY],
        "user_data": "#cloud-config\npackages: [nginx]\n",
        "term_months": 12,
    }
    return item | more


def hand_in(crew: Crew, form: dict[str, Any]) -> dict[str, Any]:
    """Applied for and signed: with the office, or already approved where a rule approves small requests."""
    order = crew.officer.post("/orders?submit=true", form)
    signed: dict[str, Any] = crew.head.post(f"/orders/{order['id']}/sign-off", {"reason": "同意"})
    return signed


def approve(crew: Crew, form: dict[str, Any]) -> dict[str, Any]:
    """As `hand_in`, and approved by the office where no rule did, when its specialists have agreed."""
    order = hand_in(crew, form)
    if order["state"] == "signed_off":
        crew.reviewer.post(f"/orders/{order['id']}/accept", {})
        for opinion in crew.reviewer.get(f"/orders/{order['id']}/opinions"):
            crew.people[opinion["specialist"]].post(f"/orders/{order['id']}/opinions", {"verdict": "agree"})
        order = crew.reviewer.post(f"/orders/{order['id']}/approve", {"reason": "材料齐全"})
    assert order["state"] == "approved", order
    return order


def deliver(crew: Crew, form: dict[str, Any]) -> dict[str, Any]:
    """As `approve`, and built; fails with the order's last error when it ends otherwise."""
    order = approve(crew, form)
    ended = crew.officer.await_state(f"/orders/{order['id']}", "delivered", "failed", "attention", "cancelled")
    assert ended["state"] == "delivered", (ended["last_error"], steps_of(crew, ended))
    return ended


def steps_of(crew: Crew, order: dict[str, Any]) -> list[tuple[str, Any]]:
    """The steps of an order's present attempt and how each ended, as the operator sees them."""
    workflow = crew.operator.get(f"/workflows/{order['id']}:{order['attempt']}")
    return [(step["name"], step["output"]) for step in workflow["steps"]]


def _catalogue(admin: Person, cloud: CloudEntry, blocks: Sequence[str]) -> None:
    admin.put(f"/catalogue/zones/{ZONE}", {"name": "政务外网区", "name_en": "Extranet", "max_mlps_level": 3})
    for code, (vcpu, memory_mib, disk_gib) in SPECIFICATIONS.items():
        size = {"name": code, "vcpu": vcpu, "memory_mib": memory_mib, "root_disk_gib": disk_gib}
        admin.put(f"/catalogue/specifications/{code}", size)
    image = {"name": "Debian 12", "os_family": "Debian", "architecture": "x86_64", "min_disk_gib": 1}
    names = {cloud.code: cloud.image}
    admin.put("/catalogue/images/debian-12", image | {"login_user": "debian", "names": names})
    admin.put("/catalogue/volume-types/standard", {"name": "标准云硬盘", "names": {}})
    entry = {"code": cloud.code, "name": cloud.code, "kind": cloud.kind, "zones": [ZONE]}
    admin.post("/clouds", entry | {"capacity": CAPACITY, "external_network": cloud.external_network})
    for cidr in blocks:
        admin.post("/supernets", {"zone": ZONE, "cidr": cidr})


def _department(cloud: CloudEntry, people: dict[str, Person]) -> Crew:
    admin, mark = people["admin"], uuid4().hex[:6]
    department = admin.post("/departments", {"code": f"fgw-{mark}", "name": "发展改革委", "level": "city"})
    own = {
        login: _person(admin, login, role, mark, department_id=department["id"]) for login, role in DEPARTMENT.items()
    }
    where = {"department_id": department["id"], "cloud": cloud.code, "zone": ZONE}
    for dimension, limit in LIMITS.items():
        admin.put("/quotas", where | {"dimension": dimension, "limit": limit})
    system = own["officer"].post(
        "/systems", {"code": f"oa-{mark}", "name": "办公自动化系统", "mlps_level": 2, "no_state_secrets": True}
    )
    return Crew(department=department, system=system["id"], cloud=cloud, people=people | own)


def _person(admin: Person, login: str, role: str, mark: str = "", **more: str) -> Person:
    unique = f"{login}-{mark}" if mark else login
    account = {"login": unique, "name": login, "email": f"{unique}@example.org", "roles": [role], **more}
    made = admin.post("/accounts", account)
    token = admin.post(f"/accounts/{made['id']}/tokens", {"name": "e2e", "days": 30})
    return admin.town.person(unique, token["secret"])
