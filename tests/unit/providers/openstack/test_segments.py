from __future__ import annotations

from uuid import uuid4

import pytest

from cloudctl.providers.openstack.segments import (
    FixedIp,
    Plan,
    PortEntry,
    SubnetEntry,
    add_interfaces,
    add_subnets,
    segments,
)
from cloudctl.providers.openstack.translate import Described

KEY = uuid4()
BOTH = ("10.8.1.0/24", "fd00:8:1::/64")


def network(description: str, number: int = 1) -> Described:
    return Described(id=f"n{number}", name="seg", description=description)


@pytest.mark.parametrize("plan", [Plan(KEY, BOTH, "x1"), Plan(KEY, BOTH[:1], None)])
def test_a_plan_is_read_as_it_is_written(plan: Plan):
    assert Plan.of(network(str(plan))) == plan


@pytest.mark.parametrize("description", ["", "by hand", "cloudctl:nonsense 10.0.0.0/8"])
def test_a_network_that_is_not_ours_has_no_plan(description: str):
    assert Plan.of(network(description)) is None
    assert segments([network(description)]) == {}


def test_a_plan_cut_short_is_still_a_plan():
    assert Plan.of(network(f"cloudctl:{KEY} 10.8.1.0/24 via")) == Plan(KEY, BOTH[:1], None)


def test_a_segment_is_ready_when_every_planned_part_stands():
    found = segments([network(str(Plan(KEY, BOTH, "x1"))), network("by hand", 2)])
    ready = [found["n1"].ready]
    add_subnets(found, [SubnetEntry(id="sub6", network_id="n1", cidr="fd00:0008:1:0::/64")])
    ready.append(found["n1"].ready)
    add_subnets(
        found,
        [
            SubnetEntry(id="sub4", network_id="n1", cidr="10.8.1.0/24"),
            SubnetEntry(id="other", network_id="n2", cidr="10.9.0.0/24"),
        ],
    )
    ready.append(found["n1"].ready)
    for number, subnet in enumerate(("sub4", "sub6")):
        owner = "network:router_interface" if number else "network:router_interface_distributed"
        port = PortEntry(id="p", network_id="n1", device_owner=owner, fixed_ips=[FixedIp(subnet, "10.8.1.1")])
        add_interfaces(found, [port])
        ready.append(found["n1"].ready)
    assert ready == [False, False, False, False, True]
    assert set(found["n1"].fact.cidrs) == set(BOTH)


def test_a_servers_port_is_no_interface():
    found = segments([network(str(Plan(KEY, (), "x1")))])
    port = PortEntry(id="p", network_id="n1", device_owner="compute:nova", fixed_ips=[FixedIp("s", "10.8.1.7")])
    add_interfaces(found, [port])
    assert found["n1"].interfaces == set()
