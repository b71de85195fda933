from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from cloudctl.domain.clouds import Admission
from cloudctl.domain.errors import Busy, Rejected
from cloudctl.domain.quotas import Dimension
from cloudctl.providers.openstack.provider import OpenStackProvider
from cloudctl.providers.openstack.tenants import LONGEST_NAME, QUOTAS, OpenStackTenants
from tests.unit.providers.openstack.recorded import ADMIN, PROJECT, RecordedCloud

KEY = uuid4()
MARK = f"cloudctl:{KEY}"
GROUPS = "/network/v2.0/security-groups"
MINE = {"id": PROJECT, "name": "finance"}


@pytest.fixture
def keystone(cloud: RecordedCloud) -> RecordedCloud:
    """A cloud in which everything but the project is there."""
    cloud.on("GET", "/v3/roles", {"roles": [{"id": "role1", "name": "member"}], "links": {"next": None}})
    cloud.on("PUT", f"/v3/projects/{PROJECT}/users/admin-user/roles/role1", b"", 204)
    cloud.on("PUT", f"/v3/projects/{PROJECT}/tags", {"tags": []})
    rules = [{"id": f"rule{n}", "direction": direction} for n, direction in enumerate(("ingress", "egress", "ingress"))]
    cloud.on("GET", GROUPS, {"security_groups": [{"id": "g1", "security_group_rules": rules}]})
    for number in range(3):
        cloud.on("DELETE", f"/network/v2.0/security-group-rules/rule{number}", b"", 204)
    return cloud


def projects(cloud: RecordedCloud, *found: dict[str, Any]) -> None:
    cloud.on("GET", "/v3/projects", {"projects": list(found), "links": {"self": "x", "next": None}})


def test_only_a_complete_project_is_found(cloud: RecordedCloud, provider: OpenStackProvider):
    projects(cloud, MINE)
    assert provider.tenants.find(KEY) == PROJECT
    assert cloud.calls[0].query == {"tags": [f"{MARK},cloudctl-complete"]}


def test_no_project_is_none(cloud: RecordedCloud, provider: OpenStackProvider):
    projects(cloud)
    assert provider.tenants.find(KEY) is None


def test_a_project_is_made_entered_closed_and_then_marked(keystone: RecordedCloud, provider: OpenStackProvider):
    projects(keystone)
    keystone.on("POST", "/v3/projects", {"project": MINE}, 201)
    assert provider.tenants.create(KEY, "市财政局") == PROJECT
    made = keystone.asked("POST", "/v3/projects")[0].body["project"]
    assert made == {"name": f"市财政局-{KEY.hex[-12:]}", "description": f"{MARK} 市财政局", "tags": [MARK]}
    removed = [call.path.rsplit("/", 1)[1] for call in keystone.calls if call.method == "DELETE"]
    assert removed == ["rule0", "rule2"]
    assert keystone.lines[-1] == f"PUT /v3/projects/{PROJECT}/tags"
    assert keystone.calls[-1].body == {"tags": [MARK, "cloudctl-complete"]}


def test_who_is_admitted_is_let_into_a_closed_project(keystone: RecordedCloud, provider: OpenStackProvider):
    projects(keystone)
    keystone.on("POST", "/v3/projects", {"project": MINE}, 201)
    keystone.on("POST", "/network/v2.0/security-group-rules", {"security_group_rule": {"id": "rule9"}}, 201)
    admitted = (Admission(prefix="198.51.100.0/24"), Admission(prefix="2001:db8::/48", port=443))
    OpenStackTenants(provider._client, admitted).create(KEY, "市财政局")
    rules = [call.body["security_group_rule"] for call in keystone.asked("POST", "/network/v2.0/security-group-rules")]
    assert [(rule["remote_ip_prefix"], rule["ethertype"], rule.get("port_range_min")) for rule in rules] == [
        ("198.51.100.0/24", "IPv4", None),
        ("2001:db8::/48", "IPv6", 443),
    ]
    assert all(
        (rule["direction"], rule["protocol"], rule["security_group_id"], rule["project_id"])
        == ("ingress", "tcp", "g1", PROJECT)
        for rule in rules
    )


def test_a_half_made_project_is_finished(keystone: RecordedCloud, provider: OpenStackProvider):
    projects(keystone, MINE)
    assert provider.tenants.create(KEY, "finance") == PROJECT
    assert not keystone.asked("POST", "/v3/projects")
    assert keystone.lines[-1] == f"PUT /v3/projects/{PROJECT}/tags"


def test_a_project_that_another_worker_has_just_made_is_taken(keystone: RecordedCloud, provider: OpenStackProvider):
    projects(keystone)
    projects(keystone, MINE)
    keystone.on("POST", "/v3/projects", {"error": {"code": 409, "message": "Duplicate entry"}}, 409)
    assert provider.tenants.create(KEY, "finance") == PROJECT


def test_a_name_that_is_taken_by_a_stranger_stays_a_conflict(keystone: RecordedCloud, provider: OpenStackProvider):
    projects(keystone)
    keystone.on("POST", "/v3/projects", {"error": {"code": 409, "message": "Duplicate entry"}}, 409)
    with pytest.raises(Busy):
        provider.tenants.create(KEY, "finance")


def test_a_long_name_is_cut_and_keeps_the_key(keystone: RecordedCloud, provider: OpenStackProvider):
    projects(keystone)
    keystone.on("POST", "/v3/projects", {"project": MINE}, 201)
    provider.tenants.create(KEY, "x" * 200)
    name = keystone.asked("POST", "/v3/projects")[0].body["project"]["name"]
    assert len(name) == LONGEST_NAME
    assert name.endswith(KEY.hex[-12:])


def test_a_cloud_without_the_role_is_rejected(cloud: RecordedCloud, provider: OpenStackProvider):
    projects(cloud, MINE)
    cloud.on("GET", "/v3/roles", {"roles": []})
    with pytest.raises(Rejected, match="member"):
        provider.tenants.create(KEY, "finance")


def test_every_dimension_has_its_limit_in_the_backend(cloud: RecordedCloud, provider: OpenStackProvider):
    assert set(QUOTAS) == set(Dimension)
    prefixes = {
        "nova": "/compute/v2.1/os-quota-sets",
        "cinder": "/volume/v3/os-quota-sets",
        "neutron": "/network/v2.0/quotas",
    }
    paths = {name: f"{prefix}/{PROJECT}" for name, prefix in prefixes.items()}
    for path in paths.values():
        cloud.on("PUT", path, {})
    provider.tenants.set_quota(PROJECT, {dimension: n for n, dimension in enumerate(Dimension, 1)})
    sent = {call.path: call.body for call in cloud.calls}
    assert sent[paths["nova"]] == {
        "quota_set": {
            "cores": 1,
            "ram": 2,
            "instances": 4,
            "server_groups": 4,
            "server_group_members": 4,
            "force": True,
        }
    }
    assert sent[paths["cinder"]] == {"quota_set": {"gigabytes": 3, "volumes": -1}}
    assert sent[paths["neutron"]] == {"quota": {"network": 5, "subnet": 10, "router": 5, "port": -1, "floatingip": 6}}
    assert len(cloud.calls) == 3
    assert cloud.tokens[0]["scope"]["project"].get("name") == "admin"


def test_a_limit_is_kept_within_what_the_services_take(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("PUT", f"/network/v2.0/quotas/{PROJECT}", {})
    provider.tenants.set_quota(PROJECT, {Dimension.SEGMENTS: 2**31})
    assert cloud.calls[0].body["quota"]["subnet"] == 2**31 - 1


def empty(cloud: RecordedCloud, **full: list[dict[str, str]]) -> None:
    cloud.on("GET", f"/v3/projects/{PROJECT}", {"project": MINE})
    for path, kind in (
        ("/compute/v2.1/servers", "servers"),
        ("/volume/v3/volumes", "volumes"),
        ("/network/v2.0/networks", "networks"),
        ("/network/v2.0/floatingips", "floatingips"),
    ):
        cloud.on("GET", path, {kind: full.get(kind, [])})


@pytest.mark.parametrize("kind", ["servers", "volumes", "networks", "floatingips"])
def test_a_project_in_use_is_not_deleted(cloud: RecordedCloud, provider: OpenStackProvider, kind: str):
    empty(cloud, **{kind: [{"id": "x"}]})
    with pytest.raises(Busy, match=kind):
        provider.tenants.delete(PROJECT)
    assert all(call.method == "GET" for call in cloud.calls)


def test_an_empty_project_goes_with_its_limits_and_its_group(keystone: RecordedCloud, provider: OpenStackProvider):
    empty(keystone)
    keystone.on("DELETE", f"/v3/projects/{PROJECT}", b"", 204)
    provider.tenants.delete(PROJECT)
    assert [line for line in keystone.lines if line.startswith("DELETE")] == [
        f"DELETE /compute/v2.1/os-quota-sets/{PROJECT}",
        f"DELETE /volume/v3/os-quota-sets/{PROJECT}",
        f"DELETE /network/v2.0/quotas/{PROJECT}",
        f"DELETE {GROUPS}/g1",
        f"DELETE /v3/projects/{PROJECT}",
    ]


def test_deleting_what_is_absent_is_done(cloud: RecordedCloud, provider: OpenStackProvider):
    provider.tenants.delete(PROJECT)
    assert cloud.lines == [f"GET /v3/projects/{PROJECT}"]
    assert PROJECT != ADMIN
