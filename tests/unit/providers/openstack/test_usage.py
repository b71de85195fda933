"""Nova's diagnostics as counters."""

from __future__ import annotations

import pytest

from cloudctl.domain.errors import Busy, Unsupported
from cloudctl.domain.metrics import USE
from cloudctl.providers.openstack import usage
from cloudctl.providers.openstack.provider import OpenStackProvider
from tests.unit.providers.openstack.recorded import FixedClock, RecordedCloud

TOLD = {
    "state": "running",
    "driver": "libvirt",
    "num_cpus": 2,
    "num_nics": 2,
    "num_disks": 1,
    "cpu_details": [{"id": 0, "time": 3_000_000_000, "utilisation": 15}, {"id": 1, "time": 1_500_000_000}],
    "nic_details": [{"rx_octets": 100, "tx_octets": 20}, {"rx_octets": 3, "tx_octets": 0, "rx_drop": None}],
    "disk_details": [{"read_bytes": 1000, "write_bytes": 500, "errors_count": 0}],
    "memory_details": {"maximum": 4096, "used": 1024},
}


def path(server: str) -> str:
    return f"/compute/v2.1/servers/{server}/diagnostics"


def counted(cloud: RecordedCloud, provider: OpenStackProvider, **changes: object):
    cloud.on("GET", path("a"), TOLD | changes)
    (page,) = provider.usage.counters(["a"])
    return page[0]


def test_the_counters_of_all_parts_are_added_up(cloud, provider, clock: FixedClock):
    told = counted(cloud, provider)
    assert (told.server, told.vcpu, told.cpu_s, told.network_bytes, told.disk_bytes) == ("a", 2, 4.5, 123, 1500)
    assert told.memory_percent == 25.0
    assert (told.at_s, told.steady_s) == (clock.now().timestamp(), clock.monotonic_s())
    assert cloud.calls[-1].headers["OpenStack-API-Version"] == "compute 2.79"


@pytest.mark.parametrize(
    "memory", [{"maximum": 4096, "used": 4096}, {"maximum": 4096, "used": 0}, {"maximum": None, "used": None}, {}]
)
def test_a_balloon_that_is_full_or_not_told_is_no_use_of_memory(cloud, provider, memory):
    assert counted(cloud, provider, memory_details=memory).memory_percent is None


@pytest.mark.parametrize(
    ("part", "told", "field"),
    [
        ("cpu_details", [{"id": 0, "time": None}], "cpu_s"),
        ("cpu_details", [], "cpu_s"),
        ("nic_details", [{"rx_octets": 5, "tx_octets": None}], "network_bytes"),
        ("disk_details", [], "disk_bytes"),
    ],
)
def test_what_a_hypervisor_does_not_tell_is_unknown_and_not_nought(cloud, provider, part, told, field):
    assert getattr(counted(cloud, provider, **{part: told}), field) is None


def test_servers_that_are_gone_or_off_are_passed_over(cloud, provider):
    cloud.on("GET", path("a"), TOLD)
    cloud.on("GET", path("gone"), {"itemNotFound": {"message": "Instance gone could not be found."}}, status=404)
    cloud.on("GET", path("off"), {"conflictingRequest": {"message": "in power state SHUTDOWN"}}, status=409)
    (page,) = provider.usage.counters(["gone", "a", "off"])
    assert [each.server for each in page] == ["a"]


@pytest.mark.parametrize("status", [500, 503])
def test_a_nova_that_fails_is_not_taken_for_servers_that_are_off(cloud, provider, status):
    cloud.on("GET", path("a"), {"computeFault": {"message": "down"}}, status=status)
    with pytest.raises(Busy, match="down"):
        list(provider.usage.counters(["a"]))


def test_many_servers_come_in_pages(cloud, provider, monkeypatch):
    monkeypatch.setattr(usage, "PAGE_SIZE", 2)
    for server in "abc":
        cloud.on("GET", path(server), TOLD)
    assert [[each.server for each in page] for page in provider.usage.counters(["a", "b", "c"])] == [["a", "b"], ["c"]]


def test_it_keeps_no_history(provider, clock):
    with pytest.raises(Unsupported, match="metrics"):
        provider.usage.history(["a"], clock.now(), clock.now(), USE)
