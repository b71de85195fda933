from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from cloudctl.domain.errors import Busy, CapacityExhausted, Rejected
from cloudctl.domain.networks import NetworkRequest
from cloudctl.providers.openstack.provider import OpenStackProvider
from tests.unit.providers.openstack.recorded import PROJECT, RecordedCloud

V2 = "/network/v2.0"
KEY = uuid4()
REQUEST = NetworkRequest(
    key=KEY, tenant=PROJECT, name="seg", cidr_v4="10.8.1.0/24", cidr_v6="fd00:8:1::/64", zone="z", external_network=None
)
EXTERNAL = str(UUID(int=7))
ROUTED = replace(REQUEST, external_network=EXTERNAL)
PLAN = f"cloudctl:{KEY} 10.8.1.0/24 fd00:8:1::/64"
SUBNETS = [
    {"id": "sub4", "network_id": "n1", "cidr": "10.8.1.0/24", "description": f"cloudctl:{KEY}"},
    {"id": "sub6", "network_id": "n1", "cidr": "fd00:8:1::/64", "description": f"cloudctl:{KEY}"},
]
ROUTER = {"id": "r1", "name": "seg", "description": f"cloudctl:{KEY}"}


def network(description: str = PLAN, key: str = "n1") -> dict[str, Any]:
    return {"id": key, "name": "seg", "description": description, "subnets": []}


def interface(*subnets: str) -> dict[str, Any]:
    return {
        "id": f"port-{subnets[0]}", "network_id": "n1", "device_id": "r1", "device_owner": "network:router_interface",
        "fixed_ips": [{"subnet_id": subnet, "ip_address": "10.8.1.1"} for subnet in subnets],
    }  # fmt: skip


def listed(cloud: RecordedCloud, **lists: list[Any]) -> None:
    for kind in ("networks", "subnets", "ports", "routers"):
        cloud.on("GET", f"{V2}/{kind}", {kind: lists.get(kind, [])})


@pytest.fixture
def made(cloud: RecordedCloud) -> RecordedCloud:
    cloud.on("POST", f"{V2}/networks", {"network": network()}, 201)
    for subnet in SUBNETS:
        cloud.on("POST", f"{V2}/subnets", {"subnet": subnet}, 201)
    cloud.on("POST", f"{V2}/routers", {"router": ROUTER}, 201)
    cloud.on("PUT", f"{V2}/routers/r1/add_router_interface", {})
    cloud.on("PUT", f"{V2}/networks/n1", {"network": network()})
    return cloud


def writes(cloud: RecordedCloud) -> list[str]:
    return [line.replace(V2, "") for line in cloud.lines if not line.startswith("GET")]


def test_a_new_segment_is_made_in_as_many_calls_as_it_has_parts(made: RecordedCloud, provider: OpenStackProvider):
    listed(made)
    fact = provider.networks.create(REQUEST)
    assert (fact.key, fact.backend_id, fact.ready) == (KEY, "n1", True)
    assert fact.cidrs == ("10.8.1.0/24", "fd00:8:1::/64")
    assert writes(made) == ["POST /networks", "POST /subnets", "POST /subnets"]
    assert len(made.calls) == 4


def test_a_routed_segment_has_an_interface_for_each_subnet(made: RecordedCloud, provider: OpenStackProvider):
    listed(made)
    assert provider.networks.create(ROUTED).ready
    assert writes(made)[3:] == ["POST /routers", *["PUT /routers/r1/add_router_interface"] * 2]
    assert len(made.calls) == 7
    assert made.asked("POST", f"{V2}/routers")[0].body["router"]["external_gateway_info"] == {"network_id": EXTERNAL}


def test_every_part_carries_the_key_from_its_first_call_on(made: RecordedCloud, provider: OpenStackProvider):
    listed(made)
    provider.networks.create(ROUTED)
    bodies = [next(iter(call.body.values())) for call in made.calls if call.method == "POST"]
    assert len(bodies) == 4
    assert all(body["description"].split()[0] == f"cloudctl:{KEY}" for body in bodies)
    assert bodies[0]["description"] == f"{PLAN} via {EXTERNAL}"


@pytest.mark.parametrize(("request_", "mode"), [(REQUEST, "dhcpv6-stateful"), (ROUTED, "slaac")])
def test_ipv6_configures_itself_only_behind_a_router(
    made: RecordedCloud, provider: OpenStackProvider, request_: NetworkRequest, mode: str
):
    listed(made)
    provider.networks.create(request_)
    first, second = (call.body["subnet"] for call in made.asked("POST", f"{V2}/subnets"))
    assert "ipv6_ra_mode" not in first
    assert (second["ip_version"], second["ipv6_ra_mode"], second["ipv6_address_mode"]) == (6, mode, mode)


VIA = f"{PLAN} via {EXTERNAL}"


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        ({}, ["POST /subnets", "POST /subnets", "POST /routers", "PUT", "PUT"]),
        ({"subnets": SUBNETS[:1]}, ["POST /subnets", "POST /routers", "PUT", "PUT"]),
        ({"subnets": SUBNETS}, ["POST /routers", "PUT", "PUT"]),
        ({"subnets": SUBNETS, "routers": [ROUTER]}, ["PUT", "PUT"]),
        ({"subnets": SUBNETS, "routers": [ROUTER], "ports": [interface("sub4")]}, ["PUT"]),
        ({"subnets": SUBNETS, "routers": [ROUTER], "ports": [interface("sub4"), interface("sub6")]}, []),
    ],
)
def test_a_crash_after_any_call_is_made_good_by_what_is_missing(
    made: RecordedCloud, provider: OpenStackProvider, lists: dict[str, list[Any]], expected: list[str]
):
    if lists.get("subnets") == SUBNETS[:1]:
        made._answers["POST", f"{V2}/subnets"].pop(0)
    listed(made, networks=[network(VIA)], **lists)
    assert not provider.networks.find(PROJECT, [KEY])[KEY].ready or not expected
    before = len(made.calls)
    assert provider.networks.create(ROUTED).ready
    assert len(made.calls) > before
    sent = [line if line.startswith("POST") else "PUT" for line in writes(made)]
    assert sent == expected


def test_a_larger_request_is_on_record_before_its_parts_are_made(made: RecordedCloud, provider: OpenStackProvider):
    listed(made, networks=[network(PLAN)], subnets=SUBNETS)
    assert provider.networks.create(ROUTED).ready
    assert writes(made)[:2] == ["PUT /networks/n1", "POST /routers"]
    assert made.asked("PUT", f"{V2}/networks/n1")[0].body["network"]["description"] == VIA


def test_a_full_quota_is_rejected_and_no_segment_left_is_no_capacity(cloud: RecordedCloud, provider: OpenStackProvider):
    listed(cloud)
    cloud.on("POST", f"{V2}/networks", {"NeutronError": {"type": "OverQuota", "message": "Quota exceeded"}}, 409)
    cloud.on("POST", f"{V2}/networks", {"NeutronError": {"type": "NoNetworkAvailable", "message": "Unable"}}, 503)
    with pytest.raises(Rejected):
        provider.networks.create(REQUEST)
    with pytest.raises(CapacityExhausted):
        provider.networks.create(REQUEST)


def test_finding_lists_no_more_than_segments_can_have(cloud: RecordedCloud, provider: OpenStackProvider):
    listed(cloud, networks=[network("by hand", "n9")])
    assert provider.networks.find(PROJECT) == {}
    assert cloud.lines == [f"GET {V2}/networks"]
    assert cloud.calls[0].query["project_id"] == [PROJECT]


def test_deleting_goes_from_the_router_to_the_network(cloud: RecordedCloud, provider: OpenStackProvider):
    listed(cloud, ports=[interface("sub4"), interface("sub6")], routers=[ROUTER])
    cloud.on("GET", f"{V2}/networks/n1", {"network": network(VIA)})
    for method, path in (("PUT", "routers/r1/remove_router_interface"), ("DELETE", "routers/r1")):
        cloud.on(method, f"{V2}/{path}", {})
    cloud.on("DELETE", f"{V2}/networks/n1", b"", 204)
    provider.networks.delete(PROJECT, "n1")
    assert writes(cloud) == [
        "PUT /routers/r1/remove_router_interface",
        "PUT /routers/r1/remove_router_interface",
        "DELETE /routers/r1",
        "DELETE /networks/n1",
    ]


def test_nothing_is_taken_down_under_a_server(cloud: RecordedCloud, provider: OpenStackProvider):
    port = {"id": "p", "network_id": "n1", "device_id": "s1", "device_owner": "compute:nova", "fixed_ips": []}
    listed(cloud, ports=[interface("sub4"), port])
    cloud.on("GET", f"{V2}/networks/n1", {"network": network(VIA)})
    with pytest.raises(Busy):
        provider.networks.delete(PROJECT, "n1")
    assert writes(cloud) == []


def test_deleting_what_is_absent_is_done(cloud: RecordedCloud, provider: OpenStackProvider):
    provider.networks.delete(PROJECT, "n1")
    assert cloud.lines == [f"GET {V2}/networks/n1"]
