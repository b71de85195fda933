from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from cloudctl.domain.addresses import AddressRequest
from cloudctl.domain.errors import CapacityExhausted, NotReady, Rejected
from cloudctl.providers.openstack.provider import OpenStackProvider
from tests.unit.providers.openstack.recorded import PROJECT, RecordedCloud

V2 = "/network/v2.0"
KEY = uuid4()
REQUEST = AddressRequest(key=KEY, tenant=PROJECT, external_network=str(UUID(int=7)), server="s1")
PORT = {"id": "p1", "fixed_ips": [{"subnet_id": "sub6", "ip_address": "fd00:8:1::7"},
                                  {"subnet_id": "sub4", "ip_address": "10.8.1.7"}]}  # fmt: skip
MADE = {"id": "f1", "floating_ip_address": "198.18.0.9", "description": f"cloudctl:{KEY}"}


def test_an_address_is_taken_and_pointed_in_one_call(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("GET", f"{V2}/ports", {"ports": [PORT]})
    cloud.on("POST", f"{V2}/floatingips", {"floatingip": MADE}, 201)
    fact = provider.addresses.create(REQUEST)
    assert (fact.key, fact.backend_id, fact.address, fact.server) == (KEY, "f1", "198.18.0.9", "s1")
    assert cloud.lines == [f"GET {V2}/ports", f"POST {V2}/floatingips"]
    assert cloud.calls[0].query["device_id"] == ["s1"]
    assert cloud.calls[1].body["floatingip"] == {
        "floating_network_id": str(UUID(int=7)),
        "port_id": "p1",
        "fixed_ip_address": "10.8.1.7",
        "description": f"cloudctl:{KEY}",
    }


@pytest.mark.parametrize("ports", [[], [PORT | {"fixed_ips": PORT["fixed_ips"][:1]}]])
def test_a_server_without_an_ipv4_port_is_not_ready(cloud: RecordedCloud, provider: OpenStackProvider, ports):
    cloud.on("GET", f"{V2}/ports", {"ports": ports})
    with pytest.raises(NotReady):
        provider.addresses.create(REQUEST)


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        ("IpAddressGenerationFailure", 409, CapacityExhausted),
        ("OverQuota", 409, Rejected),
        ("ExternalGatewayForFloatingIPNotFound", 404, Rejected),
    ],
)
def test_why_there_is_no_address(cloud: RecordedCloud, provider: OpenStackProvider, kind: str, status: int, expected):
    cloud.on("GET", f"{V2}/ports", {"ports": [PORT]})
    cloud.on("POST", f"{V2}/floatingips", {"NeutronError": {"type": kind, "message": "no", "detail": ""}}, status)
    with pytest.raises(expected):
        provider.addresses.create(REQUEST)


def test_finding_is_one_call_for_the_project(cloud: RecordedCloud, provider: OpenStackProvider):
    bound = MADE | {"port_details": {"device_id": "s1"}}
    cloud.on("GET", f"{V2}/floatingips", {"floatingips": [bound, MADE | {"id": "f2", "description": ""}]})
    found = provider.addresses.find(PROJECT)
    assert [(fact.backend_id, fact.server) for fact in found.values()] == [("f1", "s1")]
    assert len(cloud.calls) == 1
    assert cloud.calls[0].query["project_id"] == [PROJECT]


def test_giving_back_what_is_absent_is_done(cloud: RecordedCloud, provider: OpenStackProvider):
    provider.addresses.delete(PROJECT, "f1")
    assert cloud.lines == [f"DELETE {V2}/floatingips/f1"]


def test_an_address_is_put_by_in_one_call_and_pointed_in_two(cloud: RecordedCloud, provider: OpenStackProvider):
    cloud.on("GET", f"{V2}/ports", {"ports": [PORT]})
    cloud.on("PUT", f"{V2}/floatingips/f1", {"floatingip": MADE})
    provider.addresses.point(PROJECT, "f1", None)
    provider.addresses.point(PROJECT, "f1", "s1")
    assert cloud.lines == [f"PUT {V2}/floatingips/f1", f"GET {V2}/ports", f"PUT {V2}/floatingips/f1"]
    assert cloud.calls[0].body == {"floatingip": {"port_id": None}}
    assert cloud.calls[2].body == {"floatingip": {"port_id": "p1", "fixed_ip_address": "10.8.1.7"}}
