"""Our key on what already runs in OpenStack: looked at first, so that nobody else's is written over."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from cloudctl.domain.errors import Absent, Rejected
from cloudctl.providers.openstack.provider import OpenStackProvider
from tests.unit.providers.openstack.recorded import PROJECT, RecordedCloud

KEY, OTHER = uuid4(), uuid4()
NETWORK = "/network/v2.0/networks/n1"
SERVER = {"name": "oa", "status": "ACTIVE", "updated": "2026-01-01T00:00:00Z"}
SIZES = {"vcpus": 2, "ram": 4096, "disk": 40}


def entry(noun: str, metadata: dict[str, str]) -> dict[str, Any]:
    if noun == "server":
        return {"server": {"id": "x1", **SERVER, "flavor": SIZES, "metadata": metadata}}
    return {"volume": {"id": "x1", "name": "data", "status": "in-use", "size": 5, "metadata": metadata}}


@pytest.fixture(params=["server", "volume"])
def kept(request: pytest.FixtureRequest, provider: OpenStackProvider) -> tuple[str, str, Any]:
    """A noun whose key is metadata: its name, the path of its object, its port."""
    if request.param == "server":
        return "server", "/compute/v2.1/servers/x1", provider.servers
    return "volume", "/volume/v3/volumes/x1", provider.volumes


def test_the_key_joins_the_metadata_that_is_there(cloud: RecordedCloud, kept: tuple[str, str, Any]):
    noun, path, port = kept
    cloud.on("GET", path, entry(noun, {"owner": "li"}))
    cloud.on("POST", f"{path}/metadata", {"metadata": {}})
    port.adopt(PROJECT, "x1", KEY)
    assert cloud.lines == [f"GET {path}", f"POST {path}/metadata"]
    assert cloud.calls[1].body == {"metadata": {"cloudctl_key": str(KEY)}}


def test_a_key_that_is_there_is_not_written_again(cloud: RecordedCloud, kept: tuple[str, str, Any]):
    noun, path, port = kept
    cloud.on("GET", path, entry(noun, {"cloudctl_key": str(KEY)}))
    port.adopt(PROJECT, "x1", KEY)
    assert cloud.lines == [f"GET {path}"]


def test_anothers_key_is_neither_written_over_nor_taken_off(cloud: RecordedCloud, kept: tuple[str, str, Any]):
    noun, path, port = kept
    cloud.on("GET", path, entry(noun, {"cloudctl_key": str(OTHER)}))
    with pytest.raises(Rejected, match=str(OTHER)):
        port.adopt(PROJECT, "x1", KEY)
    port.disown(PROJECT, "x1", KEY)
    assert {call.method for call in cloud.calls} == {"GET"}


def test_only_the_key_is_taken_off(cloud: RecordedCloud, kept: tuple[str, str, Any]):
    noun, path, port = kept
    cloud.on("GET", path, entry(noun, {"cloudctl_key": str(KEY), "owner": "li"}))
    cloud.on("DELETE", f"{path}/metadata/cloudctl_key", b"", 204)
    port.disown(PROJECT, "x1", KEY)
    assert cloud.lines == [f"GET {path}", f"DELETE {path}/metadata/cloudctl_key"]


def test_what_is_gone_cannot_be_marked(cloud: RecordedCloud, kept: tuple[str, str, Any]):
    _, path, port = kept
    cloud.on("GET", path, {"itemNotFound": {"message": "gone"}}, 404)
    with pytest.raises(Absent):
        port.adopt(PROJECT, "x1", KEY)
    port.disown(PROJECT, "x1", KEY)


def described(cloud: RecordedCloud, description: str) -> None:
    cloud.on("GET", NETWORK, {"network": {"id": "n1", "name": "old-net", "description": description}})
    cloud.on("PUT", NETWORK, {"network": {}})


def test_a_networks_own_description_stays_behind_the_key(cloud: RecordedCloud, provider: OpenStackProvider):
    described(cloud, "办公网 10.9.0.0/16 via core")
    provider.networks.adopt(PROJECT, "n1", KEY)
    written = cloud.calls[-1].body["network"]["description"]
    assert written == f"cloudctl:{KEY} | 办公网 10.9.0.0/16 via core"


def test_and_is_given_back_as_it_was(cloud: RecordedCloud, provider: OpenStackProvider):
    described(cloud, f"cloudctl:{KEY} | 办公网 10.9.0.0/16 via core")
    provider.networks.disown(PROJECT, "n1", OTHER)
    assert len(cloud.calls) == 1
    provider.networks.disown(PROJECT, "n1", KEY)
    assert cloud.calls[-1].body["network"]["description"] == "办公网 10.9.0.0/16 via core"


def test_what_an_adopted_networks_description_said_before_is_no_plan_of_ours(
    cloud: RecordedCloud, provider: OpenStackProvider
):
    theirs = {"id": "n1", "name": "old", "description": f"cloudctl:{KEY} | 市直/发改委 via core"}
    cloud.on("GET", "/network/v2.0/networks", {"networks": [theirs]})
    subnet = {"id": "s1", "network_id": "n1", "cidr": "10.9.0.0/24"}
    cloud.on("GET", "/network/v2.0/subnets", {"subnets": [subnet]})
    fact = provider.networks.find(PROJECT, [KEY])[KEY]
    assert (fact.ready, fact.cidrs) == (True, ("10.9.0.0/24",))


def test_a_foreign_project_is_entered_with_a_role(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("GET", "/v3/roles", {"roles": [{"id": "role1", "name": "member"}], "links": {"next": None}})
    path = f"/v3/projects/{PROJECT}/users/admin-user/roles/role1"
    cloud.on("PUT", path, b"", 204)
    provider.tenants.enter(PROJECT)
    assert cloud.lines[-1] == f"PUT {path}"
