"""Every route of the application: none answers without a token, none shows a foreigner anything.

The table is the application's own, so a new route is tried from its first day. Ids in paths are those of things that
belong to the department `fgw`; who asks is an officer and the head of `czj`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi.routing import APIRoute

from api.main import ROUTERS
from cloudctl.bootstrap import platform
from cloudctl.domain.addresses import Address
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.networks import Network
from cloudctl.domain.servers import Server
from cloudctl.domain.volumes import Volume
from tests.unit.api.conftest import City

ROUTES = sorted(
    (route.path, method)
    for module in ROUTERS
    for route in module.router.routes
    if isinstance(route, APIRoute) and route.path.startswith("/v1/")
    for method in route.methods
)

# Bodies that would do something, if only the caller were somebody else. `{...}` are ids of `fgw`.
BODIES: dict[str, dict[str, Any]] = {
    "POST /v1/orders": {"system_id": "{system}", "title": "t", "purpose": "p", "zone": "extranet", "items": "{items}"},
    "POST /v1/systems": {"code": "theirs", "name": "n", "mlps_level": 1, "department_id": "{fgw}"},
    "POST /v1/departments": {"code": "mine", "name": "n", "level": "city"},
    "POST /v1/accounts": {"login": "x", "name": "x", "email": "x@y", "roles": ["office-admin"]},
    "POST /v1/accounts/{account_id}/tokens": {"name": "stolen"},
    "POST /v1/clouds": {"code": "c", "name": "c", "kind": "simulated", "zones": [], "capacity": {}},
    "POST /v1/supernets": {"zone": "extranet", "cidr": "10.99.0.0/16"},
    "POST /v1/exemptions": {"rule": "r", "department_id": "{fgw}", "reason": "r", "ends_on": "2027-01-01"},
    "POST /v1/orders/{order_id}/return": {"reason": "r"},
    "POST /v1/orders/{order_id}/reject": {"reason": "r"},
    "POST /v1/servers/{server_id}/snapshot": {"name": "s"},
    "POST /v1/policies/explain": {"order_id": "{order}"},
    "PUT /v1/quotas": {
        "department_id": "{fgw}", "cloud": "cloud-a", "zone": "extranet", "dimension": "vcpu", "limit": 1,
    },
    "PUT /v1/catalogue/specifications/{code}": {"name": "n", "vcpu": 1, "memory_mib": 1, "root_disk_gib": 1},
    "PUT /v1/catalogue/images/{code}": {
        "name": "n", "os_family": "f", "architecture": "a", "min_disk_gib": 1, "login_user": "u",
    },
    "PUT /v1/catalogue/volume-types/{code}": {"name": "n"},
    "PUT /v1/catalogue/zones/{code}": {"name": "n", "name_en": "n", "max_mlps_level": 1},
    "PUT /v1/catalogue/classifications/{code}": {"name": "n"},
    "PATCH /v1/orders/{order_id}": {"title": "mine now"},
    "PATCH /v1/systems/{system_id}": {"name": "mine now"},
    "PATCH /v1/departments/{department_id}": {"name": "mine now"},
    "PATCH /v1/accounts/{account_id}": {"active": False},
    "PATCH /v1/clouds/{cloud_id}": {"retired": True},
}  # fmt: skip
BODIES["POST /v1/orders/check"] = BODIES["POST /v1/orders"]

# What everybody may see, and one's own: these answer 200, without anything of another department.
OPEN = {
    "GET /v1/me", "GET /v1/catalogue", "GET /v1/capacity", "GET /v1/policies", "GET /v1/clouds",
    "GET /v1/clouds/{cloud_id}", "GET /v1/orders", "GET /v1/systems", "GET /v1/servers",
    "GET /v1/volumes", "GET /v1/networks", "GET /v1/addresses", "GET /v1/prefixes", "GET /v1/quotas",
    "GET /v1/departments", "GET /v1/exemptions", "GET /v1/supernets",
}  # fmt: skip


@dataclass
class Belongings:
    """What belongs to fgw: by the name that routes give it in their paths, and every id of it."""

    by_name: dict[str, str]
    secrets: set[str] = field(default_factory=set)

    def fill(self, text: str) -> str:
        for name, value in self.by_name.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def filled(self, body: Any) -> Any:
        if body == "{items}":
            return [{"kind": "volume", "name": "v", "size_gib": 1, "term_months": 1}]
        if isinstance(body, dict):
            return {key: self.filled(value) for key, value in body.items()}
        return self.fill(body) if isinstance(body, str) else body


@pytest.fixture(scope="module")
def theirs(city: City) -> Belongings:
    order = city.made("officer", "/v1/orders?submit=true", city.form())
    token = city.made("officer", f"/v1/accounts/{city.ids['officer']}/tokens", {"name": "to be kept"})
    rule = city.as_("admin").get("/v1/policies").json()[0]["name"]
    exempted = city.as_("admin").post(
        "/v1/exemptions",
        {"rule": rule, "department_id": city.ids["fgw"], "reason": "整改", "ends_on": city.today(30)},
    )
    ids = resources(city, order["id"])
    by_name = ids | {
        "order_id": order["id"],
        "order": order["id"],
        "workflow_id": f"{order['id']}:1",
        "system_id": city.ids["spt"],
        "system": city.ids["spt"],
        "department_id": city.ids["fgw"],
        "fgw": city.ids["fgw"],
        "account_id": city.ids["officer"],
        "token_id": token["id"],
        "cloud_id": city.ids["cloud-a"],
        "exemption_id": exempted.json().get("id", str(new_id())),
        "code": "extranet",
    }
    shown = {"cloud_id", "code", "resource_id"}
    return Belongings(by_name, {value for name, value in by_name.items() if name not in shown} | {"fgw-spt-"})


def resources(city: City, order_id: str) -> dict[str, str]:
    """One active resource of each kind on fgw's record, as a delivery leaves them."""
    common: dict[str, Any] = {
        "order_id": None, "item": 0, "department_id": city.uuid("fgw"), "system_id": city.uuid("spt"),
        "cloud": "cloud-a", "zone": "extranet", "state": "active", "backend_id": "b-1",
    }  # fmt: skip
    with city.installation.context.unit_of_work(platform("test")) as uow:
        common["created_at"] = uow.now
        network = Network(id=new_id(), name="fgw-spt-net-9", cidr_v4="10.8.200.0/24", **common)
        server = Server(
            id=new_id(), name="fgw-spt-app-9", specification="s2.medium", vcpu=2, memory_mib=4096, root_disk_gib=40,
            image="openeuler", network_id=network.id, **common,
        )  # fmt: skip
        volume = Volume(id=new_id(), name="fgw-spt-data-9", size_gib=10, volume_type="standard", **common)
        address = Address(id=new_id(), name="fgw-spt-ip-9", server_id=server.id, address="203.0.113.9", **common)
        for resource in (network, server, volume, address):
            uow.resources.add(resource)
    return {
        "server_id": str(server.id), "servers": str(server.id), "volumes": str(volume.id),
        "networks": str(network.id), "addresses": str(address.id),
    }  # fmt: skip


def target(path: str, belongings: Belongings) -> str:
    noun = path.split("/")[2]
    return belongings.fill(path.replace("{resource_id}", f"{{{noun}}}"))


@pytest.mark.parametrize(("path", "method"), ROUTES)
def test_no_route_answers_without_a_token(city: City, theirs: Belongings, path: str, method: str) -> None:
    answer = city.client.using(None).request(method, target(path, theirs), payload={})
    assert (answer.status, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("who", ["stranger", "strange-head"])
@pytest.mark.parametrize(("path", "method"), ROUTES)
def test_no_route_shows_or_changes_anything_foreign(
    city: City, theirs: Belongings, path: str, method: str, who: str
) -> None:
    route = f"{method} {path}"
    body = theirs.filled(BODIES[route]) if route in BODIES else None
    answer = city.as_(who).request(method, target(path, theirs), payload=body)
    if route in OPEN:
        assert answer.status == 200
        assert not [secret for secret in theirs.secrets if secret in answer.body.decode()]
    else:
        assert answer.status in {403, 404}, answer.body


def test_the_owner_does_see_them(city: City, theirs: Belongings) -> None:
    """The same paths, asked by the officer: the 404s above are about who asks, not about what is there."""
    reads = [path for path, method in ROUTES if method == "GET" and "{" in path]
    answered = {path: city.as_("auditor").get(target(path, theirs)).status for path in reads if "events" not in path}
    assert {path for path, status in answered.items() if status != 200} == {"/v1/workflows/{workflow_id}"}


def test_every_body_belongs_to_a_route() -> None:
    assert set(BODIES) | OPEN <= {f"{method} {path}" for path, method in ROUTES}
