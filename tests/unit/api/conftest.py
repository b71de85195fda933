"""A real installation for the API's tests: SQLite, the simulated cloud, two departments and everybody's tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.main import create_app
from cloudctl.bootstrap import App, build
from cloudctl.domain.calendars import today_for_people
from cloudctl.settings import Settings, Simulated
from tests.unit.api.client import Client

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl zhang@fgw"
MARKER = "do-not-show-this-user-data"


@dataclass
class City:
    """An installation and who is in it; `tokens` by name, `ids` of what was put on record."""

    installation: App
    client: Client
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def as_(self, who: str, language: str | None = "en") -> Client:
        return self.client.using(self.tokens[who], language)

    def made(self, who: str, path: str, payload: dict[str, Any]) -> Any:
        answer = self.as_(who).post(path, payload)
        assert answer.status in {200, 201, 202}, answer.body
        return answer.json()

    def uuid(self, name: str) -> UUID:
        return UUID(self.ids[name])

    def today(self, plus_days: int = 0) -> str:
        return (today_for_people(self.installation.context.clock.now()) + timedelta(days=plus_days)).isoformat()

    def person(self, login: str, role: str, department: str | None = None) -> None:
        account = self.made(
            "admin",
            "/v1/accounts",
            {
                "login": login,
                "name": login,
                "email": f"{login}@example.gov.cn",
                "department_id": department and self.ids[department],
                "roles": [role],
            },
        )
        self.ids[login] = account["id"]
        issued = self.made("admin", f"/v1/accounts/{account['id']}/tokens", {"name": "test"})
        self.tokens[login] = issued["secret"]

    def form(self, **changes: Any) -> dict[str, Any]:
        return {
            "system_id": self.ids["spt"],
            "title": "审批平台扩容",
            "purpose": "应用服务器",
            "no_state_secrets": True,
            "zone": "extranet",
            "backup": "daily",
            "contact_name": "张伟",
            "contact_phone": "0532-1",
            "project_document": "发改〔2026〕12号",
            "items": [
                {"kind": "network", "name": "fgw-spt-net", "prefix_length": 26, "term_months": 12},
                {
                    "kind": "server",
                    "name": "fgw-spt-app",
                    "count": 1,
                    "specification": "s2.medium",
                    "image": "openeuler",
                    "network": "fgw-spt-net",
                    "disks": [{"size_gib": 10}],
                    "ssh_keys": [KEY],
                    "user_data": MARKER,
                    "term_months": 12,
                },
            ],
            **changes,
        }

    def order(self, **changes: Any) -> Any:
        return self.made("officer", "/v1/orders", self.form(**changes))


def health(city: City, cloud: str) -> str:
    """How far the figures of a cloud hold, by its list: whether it was read depends on who used the city before."""
    rows = city.as_("auditor").get("/v1/clouds").json()["items"]
    return str(next(row["health"] for row in rows if row["code"] == cloud))


def settle(city: City) -> None:
    """Departments, people, a catalogue, a cloud, quota, address plan and a system."""
    for code, name in (("fgw", "发展改革委"), ("czj", "财政局")):
        department = city.made("admin", "/v1/departments", {"code": code, "name": name, "level": "city"})
        city.ids[code] = department["id"]
    for login, role, department in (
        ("officer", "department-officer", "fgw"),
        ("head", "department-head", "fgw"),
        ("stranger", "department-officer", "czj"),
        ("strange-head", "department-head", "czj"),
        ("reviewer", "office-reviewer", None),
        ("operator", "operator", None),
        ("auditor", "auditor", None),
    ):
        city.person(login, role, department)
    admin = city.as_("admin")
    for path, entry in (
        ("zones/extranet", {"name": "政务外网区", "name_en": "Extranet", "max_mlps_level": 3}),
        ("specifications/s2.medium", {"name": "2 核 4 GiB", "vcpu": 2, "memory_mib": 4096, "root_disk_gib": 40}),
        ("volume-types/standard", {"name": "标准"}),
        ("classifications/A0102", {"name": "基础设施服务"}),
        (
            "images/openeuler",
            {
                "name": "openEuler",
                "os_family": "openeuler",
                "architecture": "x86_64",
                "min_disk_gib": 10,
                "login_user": "openeuler",
            },
        ),
    ):
        answer = admin.put(f"/v1/catalogue/{path}", entry)
        assert answer.status == 200, answer.body
    cloud = {
        "code": "cloud-a",
        "name": "一号云",
        "kind": "simulated",
        "zones": ["extranet"],
        "capacity": {"vcpu": 512, "memory_mib": 2097152, "volume_gib": 60000},
    }
    city.ids["cloud-a"] = city.made("admin", "/v1/clouds", cloud)["id"]
    city.ids["supernet"] = city.made("admin", "/v1/supernets", {"zone": "extranet", "cidr": "10.8.0.0/16"})["id"]
    city.made("admin", "/v1/supernets", {"zone": "extranet", "cidr": "fd00:8::/48"})
    limits = {"vcpu": 400, "memory_mib": 10**6, "volume_gib": 20000, "servers": 200, "segments": 200, "addresses": 20}
    for dimension, limit in limits.items():
        quota = {"department_id": city.ids["fgw"], "cloud": "cloud-a", "zone": "extranet", "dimension": dimension}
        answer = admin.put("/v1/quotas", quota | {"limit": limit})
        assert answer.status == 200, answer.body
    system = {"code": "spt", "name": "审批平台", "mlps_level": 2, "no_state_secrets": True}
    city.ids["spt"] = city.made("officer", "/v1/systems", system)["id"]
    system = {"code": "czxt", "name": "预算", "mlps_level": 2, "no_state_secrets": True}
    city.ids["foreign"] = city.made("stranger", "/v1/systems", system)["id"]


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """One installation for all tests of a session; what a test needs to itself it puts on record under its own name."""
    data = tmp_path_factory.mktemp("city")
    quick = Simulated(latency_min_s=0.01, latency_max_s=0.02)
    installation = build(Settings(data_dir=str(data), simulated=quick, engine_poll_s=0.05, cloud_poll_s=0.05))
    path = installation.prepare()
    assert path is not None
    with Client(create_app(installation.context)) as client:
        made = City(installation, client)
        made.tokens["admin"] = Path(path).read_text().strip()
        settle(made)
        yield made
    installation.stop()
