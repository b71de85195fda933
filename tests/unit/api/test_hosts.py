"""Hosts, secrets, grants and authorities over HTTP: who may, what is answered, and what never is."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert

from cloudctl.persistence.tables import servers
from tests.unit.api.conftest import KEY, City

HOST_KEY = " ".join(KEY.split()[:2])
SECRET = {"owner_kind": "system", "owner_id": "{spt}", "name": "a", "value": "b"}
VALUE = "m4rker-of-a-secret-value"


@pytest.fixture(scope="module")
def server(city: City) -> str:
    """A server of the department, delivered and enrolled."""
    key = uuid4()
    row = {
        "id": key, "order_id": None, "item": 0, "department_id": city.uuid("fgw"), "system_id": city.uuid("spt"),
        "cloud": "sim-1", "zone": "extranet", "name": "spt-host", "state": "active", "backend_id": "b",
        "protected": False, "contact": "", "created_at": city.installation.context.clock.now(), "version": 1,
        "specification": "s2", "vcpu": 2, "memory_mib": 4096, "root_disk_gib": 40, "image": "openeuler",
        "network_id": None, "ssh_keys": [], "fixed_addresses": ["10.8.0.20"], "power": "on",
    }  # fmt: skip
    with city.installation.engines.write.begin() as connection:
        connection.execute(insert(servers), row)
    city.made("operator", f"/v1/hosts/{key}/enrol", {"host_key": HOST_KEY, "roles": ["web"]})
    return str(key)


def test_a_host_is_listed_shown_changed_and_put_in_quarantine(city: City, server: str) -> None:
    page = city.as_("officer").get("/v1/hosts?life=in_service&name=spt-host").json()
    (row,) = page["items"]
    assert (row["id"], row["department"], row["system"], row["life"]) == (server, "fgw", "spt", "in_service")
    shown = city.as_("officer").get(f"/v1/hosts/{server}")
    tag = shown.headers["etag"]
    changed = city.as_("operator").request("PATCH", f"/v1/hosts/{server}", payload={"ring": "canary"}, if_match=tag)
    assert (changed.status, changed.json()["ring"]) == (200, "canary")
    stale = city.as_("operator").request("PATCH", f"/v1/hosts/{server}", payload={"ring": "x"}, if_match=tag)
    assert stale.status == 412
    city.made("operator", f"/v1/hosts/{server}/quarantine", {"reason": "排查"})
    groups = city.as_("operator").get("/v1/hosts/inventory").json()["groups"]
    assert groups["life_quarantined"]
    assert not groups.get("targets")
    city.made("operator", f"/v1/hosts/{server}/release", {})
    script = city.as_("officer").get(f"/v1/hosts/{server}/script").json()["script"]
    assert f"host-{server}" in script


@pytest.mark.parametrize(
    ("who", "method", "path", "payload", "status"),
    [
        ("stranger", "GET", "/v1/hosts/{server}", None, 404),
        ("stranger", "GET", "/v1/hosts/{server}/script", None, 404),
        ("officer", "PATCH", "/v1/hosts/{server}", {"ring": "a"}, 403),
        ("officer", "POST", "/v1/hosts/{server}/quarantine", {"reason": "x"}, 403),
        ("operator", "POST", "/v1/hosts/{server}/quarantine", {}, 422),
        ("operator", "PATCH", "/v1/hosts/{server}", {"life": "in_service"}, 422),
        ("operator", "POST", "/v1/hosts/{server}/enrol", {"fingerprint": "x"}, 422),
        ("auditor", "PUT", "/v1/secrets", SECRET, 403),
        ("stranger", "PUT", "/v1/secrets", SECRET, 404),
        ("officer", "PUT", "/v1/secrets", {**SECRET, "name": "A"}, 422),
        ("auditor", "GET", "/v1/secrets", None, 403),
        ("officer", "POST", "/v1/secrets/reseal", {}, 403),
        ("officer", "POST", "/v1/authorities/ssh/rotate", {}, 403),
        ("officer", "GET", "/v1/authorities/certificates", None, 403),
        ("officer", "GET", "/v1/authorities/gpg/trusted", None, 422),
    ],
)
def test_who_may_not_is_refused_and_what_is_foreign_is_not_found(
    city: City, server: str, who: str, method: str, path: str, payload: Any, status: int
) -> None:
    filled = {"server": server, "spt": city.ids["spt"]}
    body = None if payload is None else {name: str(value).format(**filled) for name, value in payload.items()}
    answer = city.as_(who).request(method, path.format(**filled), payload=body)
    assert answer.status == status, answer.body


def test_a_secret_goes_in_and_never_comes_out(city: City, server: str) -> None:
    officer = city.as_("officer")
    body = {"owner_kind": "system", "owner_id": city.ids["spt"], "name": "smtp_password", "value": f" {VALUE} "}
    shown = [officer.request("PUT", "/v1/secrets", payload=body)]
    assert shown[0].status == 200, shown[0].body
    shown.append(officer.request("PUT", "/v1/secrets", payload={**body, "name": "B"}))
    shown.append(officer.request("PUT", "/v1/secrets", payload={**body, "value": {"x": VALUE}}))
    shown.append(officer.get("/v1/secrets"))
    (row,) = [row for row in shown[-1].json()["items"] if row["name"] == "smtp_password"]
    shown.append(officer.post(f"/v1/secrets/{row['id']}/rotate"))
    shown.append(officer.request("DELETE", f"/v1/secrets/{row['id']}"))
    assert [one.status for one in shown] == [200, 422, 422, 200, 200, 200]
    for answer in shown:
        assert VALUE.encode() not in answer.body
    trail = city.as_("auditor").get("/v1/audit/export").body
    assert b"create/secret" in trail
    assert VALUE.encode() not in trail


def test_a_grant_is_asked_for_approved_and_signed(city: City, server: str) -> None:
    ask = {"system_id": city.ids["spt"], "networks": ["10.8.0.0/24"], "ends_on": city.today(7), "reason": "排查"}
    grant = city.made("officer", "/v1/access-grants", ask)
    path = f"/v1/access-grants/{grant['id']}"
    assert city.as_("stranger").get(path).status == 404
    assert city.as_("officer").post(f"{path}/decide", {"decision": "approve"}).status == 403
    assert city.as_("officer").post(f"{path}/sign", {"public_key": KEY}).status == 409
    city.made("admin", f"{path}/decide", {"decision": "approve", "answer": "同意"})
    signed = city.made("officer", f"{path}/sign", {"public_key": KEY, "hours": 1})
    assert signed["certificate"].startswith("ssh-ed25519-cert-v01@openssh.com ")
    assert signed["hosts"] == [
        {
            "name": f"spt-host-{UUID(server).hex[:8]}", "address": "10.8.0.20", "ssh_port": 22,
            "account": "cloudctl-user", "host_key": HOST_KEY,
        }
    ]  # fmt: skip
    rows = city.as_("officer").get(f"/v1/access-grants?system_id={city.ids['spt']}").json()["items"]
    (row,) = [row for row in rows if row["id"] == grant["id"]]
    assert (row["state"], row["signed"]) == ("approved", 1)
    certificates = city.as_("auditor").get(f"/v1/authorities/certificates?subject_id={grant['id']}").json()["items"]
    assert [one["names"] for one in certificates] == [[f"user-host-{server}"]]
    city.made("admin", f"{path}/revoke", {"reason": "人员离场"})
    again = city.as_("officer").post(f"{path}/sign", {"public_key": KEY})
    assert (again.status, "人员离场" in again.json()["detail"]) == (409, True)


def test_the_authorities_are_shown_by_their_public_part_alone(city: City, server: str) -> None:
    for kind, begins in (("ssh", "ssh-ed25519 "), ("tls", "-----BEGIN CERTIFICATE-----")):
        assert city.as_("officer").get(f"/v1/authorities/{kind}/trusted").json()["trusted"].startswith(begins)
    listed = city.as_("operator").get("/v1/authorities")
    assert {row["kind"] for row in listed.json()["items"]} == {"ssh", "tls"}
    assert b"PRIVATE" not in listed.body
    made = city.as_("operator").post("/v1/authorities/ssh/rotate")
    assert made.status == 201, made.body
    told = city.as_("operator").get("/v1/authorities/ssh/trusted").json()["trusted"]
    assert len(told.splitlines()) == 2
    assert city.as_("operator").post("/v1/authorities/ssh/rotate").status == 409
