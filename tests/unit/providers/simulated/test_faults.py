"""Every fault strikes as it says, once or as often as asked, in whichever process meets it."""

from __future__ import annotations

import pytest

from cloudctl.domain.addresses import AddressRequest
from cloudctl.domain.errors import Busy, CapacityExhausted, Failed, Rejected, Unreachable
from cloudctl.domain.servers import ServerStatus
from cloudctl.domain.volumes import VolumeStatus
from cloudctl.providers.simulated import Fault, FaultKind, SimulatedProvider

REFUSING = {
    FaultKind.NO_CAPACITY: CapacityExhausted,
    FaultKind.QUOTA_403: Rejected,
    FaultKind.QUOTA_413: Rejected,
    FaultKind.QUOTA_409: Rejected,
    FaultKind.BUSY_409: Busy,
    FaultKind.SERVER_ERROR_5XX: Busy,
}


@pytest.mark.parametrize(("kind", "error"), REFUSING.items())
def test_a_refusing_fault_has_no_effect_and_strikes_once(cloud, provider, make, network, kind, error):
    request = make.server_request(network.backend_id)
    cloud.inject(Fault(operation="servers.create", kind=kind, message="said the cloud"))
    with pytest.raises(error, match="said the cloud"):
        provider.servers.create(request)
    assert provider.servers.find(request.tenant) == {}
    assert cloud.pending_faults() == []
    provider.servers.create(request)
    assert set(provider.servers.find(request.tenant)) == {request.key}


def test_every_fault_has_its_own_words_when_none_are_given(cloud, provider, make):
    for kind, error in REFUSING.items():
        cloud.inject(Fault(operation="volumes.create", kind=kind))
        with pytest.raises(error, match="city-a"):
            provider.volumes.create(make.volume_request())


def test_a_busy_cloud_may_say_when_to_ask_again(cloud, provider, make):
    cloud.inject(Fault(operation="volumes.create", kind=FaultKind.BUSY_409, seconds=4.0))
    with pytest.raises(Busy) as caught:
        provider.volumes.create(make.volume_request())
    assert caught.value.retry_after_s == 4.0


def test_a_hanging_call_ends_in_a_time_out_without_effect(cloud, provider, make, tenant, clock):
    cloud.inject(Fault(operation="volumes.*", kind=FaultKind.HANG, seconds=30.0, times=2))
    before = clock.monotonic_s()
    with pytest.raises(Unreachable) as caught:
        provider.volumes.create(make.volume_request())
    assert clock.monotonic_s() - before == 30.0
    assert caught.value.effect_unknown
    with pytest.raises(Unreachable) as caught:
        provider.volumes.find(tenant)
    assert not caught.value.effect_unknown
    assert provider.volumes.find(tenant) == {}


def test_a_slow_call_is_done_late(cloud, provider, make, tenant, clock):
    cloud.inject(Fault(operation="volumes.create", kind=FaultKind.SLOW, seconds=9.0))
    before = clock.monotonic_s()
    made = provider.volumes.create(make.volume_request())
    assert clock.monotonic_s() - before == 9.0
    assert set(provider.volumes.find(tenant)) == {made.key}


def test_a_server_may_be_accepted_and_go_to_error(cloud, provider, make, network, tenant):
    cloud.inject(Fault(operation="servers.create", kind=FaultKind.GOES_TO_ERROR, message="the disk image is broken"))
    made = provider.servers.create(make.server_request(network.backend_id))
    assert made.status is ServerStatus.BUILDING
    failed = make.settled(provider.servers.find, made)
    assert (failed.status, failed.fault) == (ServerStatus.ERROR, "the disk image is broken")
    with pytest.raises(Failed, match="the disk image is broken"):
        provider.servers.stop(tenant, failed.backend_id)
    with pytest.raises(Failed):
        provider.servers.resize(tenant, failed.backend_id, 1, 512, 10)
    provider.servers.delete(tenant, failed.backend_id)


def test_volumes_networks_and_resizes_may_go_to_error_too(cloud, provider, make, server, tenant):
    cloud.inject(
        Fault(operation="volumes.create", kind=FaultKind.GOES_TO_ERROR),
        Fault(operation="networks.create", kind=FaultKind.GOES_TO_ERROR),
        Fault(operation="servers.resize", kind=FaultKind.GOES_TO_ERROR, message="no room to move"),
    )
    volume = make.volume()
    assert volume.status is VolumeStatus.ERROR
    provider.volumes.delete(tenant, volume.backend_id)
    assert not make.network(cidr_v4="10.2.0.0/24", cidr_v6=None).ready
    provider.servers.resize(tenant, server.backend_id, 2, 1024, 10)
    broken = make.settled(provider.servers.find, server)
    assert (broken.status, broken.fault, broken.vcpu) == (ServerStatus.ERROR, "no room to move", 1)


@pytest.mark.parametrize("seconds", [0.0, 5.0])
def test_an_answer_may_be_lost_after_the_create(cloud, provider, make, network, clock, seconds):
    cloud.inject(Fault(operation="servers.create", kind=FaultKind.ACCEPTED_THEN_LOST, seconds=seconds))
    request = make.server_request(network.backend_id)
    before = clock.monotonic_s()
    with pytest.raises(Unreachable) as caught:
        provider.servers.create(request)
    assert caught.value.effect_unknown
    assert clock.monotonic_s() - before == seconds
    assert set(provider.servers.find(request.tenant, [request.key])) == {request.key}


def test_other_acts_may_lose_their_answer_as_well(cloud, provider, server, tenant):
    cloud.inject(Fault(operation="servers.delete", kind=FaultKind.ACCEPTED_THEN_LOST))
    with pytest.raises(Unreachable):
        provider.servers.delete(tenant, server.backend_id)
    assert provider.servers.find(tenant)[server.key].status is ServerStatus.DELETING


def test_a_list_may_lag_behind(cloud, provider, make, network, tenant, clock):
    cloud.inject(Fault(operation="servers.create", kind=FaultKind.LISTS_LATE, seconds=20.0))
    made = provider.servers.create(make.server_request(network.backend_id))
    clock.sleep(19.0)
    assert provider.servers.find(tenant, [made.key]) == {}
    assert [item.key for item in cloud.inventory() if item.kind == "server"] == [str(made.key)]
    clock.sleep(1.0)
    assert provider.servers.find(tenant, [made.key])[made.key].status is ServerStatus.ACTIVE


def test_a_lost_answer_and_a_lagging_list_make_the_classic_duplicate(cloud, provider, make):
    cloud.inject(
        Fault(operation="volumes.create", kind=FaultKind.ACCEPTED_THEN_LOST),
        Fault(operation="volumes.create", kind=FaultKind.LISTS_LATE, seconds=20.0),
    )
    request = make.volume_request()
    with pytest.raises(Unreachable):
        provider.volumes.create(request)
    assert provider.volumes.find(request.tenant, [request.key]) == {}
    provider.volumes.create(request)
    assert [item.key for item in cloud.inventory() if item.kind == "volume"] == [str(request.key)] * 2


def test_a_fault_may_leave_a_network_half_made(cloud, provider, make, tenant):
    cloud.inject(Fault(operation="networks.create_subnet", kind=FaultKind.SERVER_ERROR_5XX, after=1))
    request = make.network_request()
    with pytest.raises(Busy):
        provider.networks.create(request)
    half = make.settled(provider.networks.find, request)
    assert (half.ready, half.cidrs) == (False, ("10.1.0.0/24",))
    whole = provider.networks.create(request)
    assert (whole.ready, whole.backend_id) == (True, half.backend_id)


def test_the_first_calls_may_pass_and_several_be_struck(cloud, provider, make):
    cloud.inject(Fault(operation="volumes.create", kind=FaultKind.BUSY_409, after=1, times=2))
    outcomes = []
    for _ in range(5):
        try:
            provider.volumes.create(make.volume_request())
        except Busy:
            outcomes.append("busy")
        else:
            outcomes.append("done")
    assert outcomes == ["done", "busy", "busy", "done", "done"]


def test_a_fault_without_an_end_strikes_until_it_is_cleared(cloud, provider, make):
    cloud.inject(Fault(operation="*", kind=FaultKind.BUSY_409, times=None))
    for _ in range(3):
        with pytest.raises(Busy):
            provider.check()
    cloud.clear_faults()
    assert cloud.pending_faults() == []
    provider.check()


@pytest.mark.parametrize("subject", ["name", "key"])
def test_a_fault_may_mean_one_object_by_name_or_key(cloud, provider, make, subject):
    meant, other = make.volume_request(name="db-1"), make.volume_request(name="web-1")
    match = {"name": "db-*", "key": str(meant.key)}[subject]
    cloud.inject(Fault(operation="volumes.*", kind=FaultKind.BUSY_409, match=match, after=1))
    provider.volumes.create(other)
    made = provider.volumes.create(meant)
    provider.volumes.find(other.tenant, [other.key])
    with pytest.raises(Busy):
        provider.volumes.delete(meant.tenant, made.backend_id)


def test_faults_of_one_kind_strike_one_after_the_other(cloud, provider):
    fault = Fault(operation="check", kind=FaultKind.BUSY_409)
    cloud.inject(fault, fault)
    for _ in range(2):
        with pytest.raises(Busy):
            provider.check()
    provider.check()


def test_a_fault_is_met_through_the_file_by_everyone(cloud, open_cloud):
    cloud.inject(Fault(operation="check", kind=FaultKind.BUSY_409))
    other = SimulatedProvider(open_cloud())
    with pytest.raises(Busy):
        other.check()
    assert cloud.pending_faults() == []


def test_an_address_may_be_refused(cloud, provider, server, tenant):
    cloud.inject(Fault(operation="addresses.create", kind=FaultKind.QUOTA_409))
    request = AddressRequest(key=server.key, tenant=tenant, external_network="sim-external", server=server.backend_id)
    with pytest.raises(Rejected):
        provider.addresses.create(request)
    assert provider.addresses.find(tenant) == {}
