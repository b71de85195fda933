"""A department, a neighbour and the office, put on record over the API by the administrator of the first start.

    crew = settle(town, cloud=SIMULATED)        # `serve` is up, the first start's token file is there
    crew.officer.post("/orders", application(crew))

Codes carry a random mark, so that several installations can share one cloud.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.e2e.installation import Installation, Person

ZONE = "extranet"
SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKqpVgVTcDzLQ0PtyUCcVKFOhxAf1sEd9cTJlWQ7hfYR li@fgw.example"
CAPACITY = {"vcpu": 4000, "memory_mib": 8_000_000, "volume_gib": 2_000_000, "servers": 1000, "addresses": 500}
LIMITS = {"vcpu": 200, "memory_mib": 819_200, "volume_gib": 1_500_000, "servers": 60, "segments": 20, "addresses": 20}
SPECIFICATIONS = {"s1": (1, 1024, 10), "s2": (2, 2048, 10), "huge-disk": (1, 1024, 700_000)}


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

    mark: str
    department: dict[str, Any]
    system: str
    cloud: CloudEntry
    admin: Person
    people: dict[str, Person]

    def __getattr__(self, login: str) -> Person:
        try:
            return self.people[login]
        except KeyError:
            raise AttributeError(login) from None


# login -> role, and whether of the department, of its neighbour, or of the office
ROLES = {
    "officer": ("department-officer", "own"),
    "head": ("department-head", "own"),
    "neighbour": ("department-officer", "other"),
    "reviewer": ("office-reviewer", ""),
    "operator": ("operator", ""),
    "auditor": ("auditor", ""),
}


def settle(town: Installation, *, cloud: CloudEntry = SIMULATED) -> Crew:
    """Everything that is there before the first application, put there by the administrator of the first start."""
    mark = uuid4().hex[:6]
    admin = town.person((town.data / "admin.token").read_text().strip())
    _catalogue(admin, cloud)
    own = admin.post("/departments", {"code": f"fgw-{mark}", "name": "发展改革委", "level": "city"})
    other = admin.post("/departments", {"code": f"jyj-{mark}", "name": "教育局", "level": "city"})
    for dimension, limit in LIMITS.items():
        quota = {"department_id": own["id"], "cloud": cloud.code, "zone": ZONE, "dimension": dimension, "limit": limit}
        admin.put("/quotas", quota)
    homes = {"own": own["id"], "other": other["id"], "": None}
    people = {login: _person(admin, login, role, homes[whose]) for login, (role, whose) in ROLES.items()}
    system = {"code": f"oa-{mark}", "name": "办公自动化系统", "mlps_level": 2}
    return Crew(
        mark=mark,
        department=own,
        system=people["officer"].post("/systems", system)["id"],
        cloud=cloud,
        admin=admin,
        people=people,
    )


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
    """As `hand_in`, and approved by the office where no rule did."""
    order = hand_in(crew, form)
    if order["state"] == "signed_off":
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


def _catalogue(admin: Person, cloud: CloudEntry) -> None:
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
    for cidr in ("10.16.0.0/16", "fd00:16::/48"):
        admin.post("/supernets", {"zone": ZONE, "cidr": cidr})


def _person(admin: Person, login: str, role: str, department_id: str | None) -> Person:
    account = {"login": login, "name": login, "email": f"{login}@example.org", "roles": [role]}
    made = admin.post("/accounts", account | ({"department_id": department_id} if department_id else {}))
    token = admin.post(f"/accounts/{made['id']}/tokens", {"name": "e2e", "days": 30})
    return admin.town.person(token["secret"])
