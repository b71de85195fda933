"""What the simulated cloud's states, limits and addresses allow."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from cloudctl.domain.addresses import AddressRequest
from cloudctl.domain.clouds import Capability
from cloudctl.domain.errors import Absent, Busy, CapacityExhausted, Rejected, Unsupported
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.servers import ServerStatus
from cloudctl.domain.volumes import VolumeStatus
from cloudctl.providers.simulated import SimulatedCloud, SimulatedProvider
from cloudctl.providers.simulated.backend import addresses, networks
from tests.unit.providers.simulated.conftest import LONGEST_S


def address_request(server, tenant, external_network="sim-external"):
    return AddressRequest(key=uuid4(), tenant=tenant, external_network=external_network, server=server.backend_id)


def test_what_people_see_says_that_it_is_simulated(provider, make, network, server, tenant):
    volume = make.volume()
    assert all(fact.name.startswith("sim-") for fact in (network, server, volume))
    assert "simulated" in provider.servers.console_url(tenant, server.backend_id)


def test_ids_are_uuids_that_a_seed_repeats(tmp_path, clock):
    def first_ids(seed, name):
        cloud = SimulatedCloud(tmp_path / name, clock=clock, code="city-a", seed=seed)
        made = [SimulatedProvider(cloud).tenants.create(uuid4(), "a") for _ in range(3)]
        cloud.close()
        return made

    assert first_ids(1, "one") == first_ids(1, "again")
    assert not set(first_ids(1, "third")) & set(first_ids(2, "other"))
    assert len({UUID(made) for made in first_ids(1, "fourth")}) == 3


def test_build_times_lie_in_the_range_and_repeat(provider, make, network, tenant, clock):
    made = provider.servers.create(make.server_request(network.backend_id))
    clock.sleep(0.99)
    assert provider.servers.find(tenant)[made.key].status is ServerStatus.BUILDING
    assert provider.servers.find(tenant)[made.key].addresses == ()
    clock.sleep(LONGEST_S)
    assert provider.servers.find(tenant)[made.key].status is ServerStatus.ACTIVE


def test_servers_get_the_lowest_free_addresses_of_both_families(provider, make, network, tenant, clock):
    first, second = make.server(network), make.server(network)
    assert first.addresses == ("10.1.0.2", "fd00:1::2")
    assert second.addresses == ("10.1.0.3", "fd00:1::3")
    provider.servers.delete(tenant, first.backend_id)
    clock.sleep(LONGEST_S)
    assert make.server(network).addresses == ("10.1.0.2", "fd00:1::2")


def test_a_full_network_takes_no_more_servers(make):
    tiny = make.network(cidr_v4="10.3.0.0/30", cidr_v6=None)
    assert make.server(tiny).addresses == ("10.3.0.2",)
    with pytest.raises(CapacityExhausted, match="no free address"):
        make.server(tiny)


def test_a_server_needs_a_finished_network_of_its_tenant(provider, make, tenant):
    with pytest.raises(Absent):
        provider.servers.create(make.server_request(str(uuid4())))
    unfinished = provider.networks.create(make.network_request())
    with pytest.raises(Busy):
        provider.servers.create(make.server_request(unfinished.backend_id))
    make.settled(provider.networks.find, unfinished)
    stranger = provider.tenants.create(uuid4(), "education")
    with pytest.raises(Absent):
        provider.servers.create(replace(make.server_request(unfinished.backend_id), tenant=stranger))


def test_capacity_bounds_builds_and_resizes(provider, make, network, tenant):
    with pytest.raises(CapacityExhausted, match="vcpu"):
        make.server(network, vcpu=17)
    large = make.server(network, vcpu=15)
    with pytest.raises(CapacityExhausted):
        provider.servers.resize(tenant, large.backend_id, 17, 512, 10)
    provider.servers.resize(tenant, large.backend_id, 16, 512, 10)
    with pytest.raises(CapacityExhausted):
        make.server(network)


def test_what_is_deleted_gives_its_capacity_back(provider, make, network, tenant, clock):
    large = make.server(network, vcpu=16)
    provider.servers.delete(tenant, large.backend_id)
    clock.sleep(LONGEST_S)
    assert make.server(network, vcpu=16).vcpu == 16


@pytest.mark.parametrize(
    ("dimension", "limit"),
    [(Dimension.VCPU, 1), (Dimension.SERVERS, 1), (Dimension.MEMORY_MIB, 600), (Dimension.VOLUME_GIB, 12)],
)
def test_a_tenants_quota_is_a_second_fence(provider, make, network, server, tenant, dimension, limit):
    provider.tenants.set_quota(tenant, {dimension: limit})
    with pytest.raises(Rejected, match=dimension.value):
        make.server(network)


def test_a_volume_neither_shrinks_nor_grows_past_the_quota(provider, make, tenant):
    volume = make.volume()
    provider.tenants.set_quota(tenant, {Dimension.VOLUME_GIB: 6})
    with pytest.raises(Rejected, match="shrink"):
        provider.volumes.extend(tenant, volume.backend_id, 4)
    with pytest.raises(Rejected, match="volume_gib"):
        provider.volumes.extend(tenant, volume.backend_id, 7)
    provider.volumes.extend(tenant, volume.backend_id, 6)
    growing = provider.volumes.find(tenant)[volume.key]
    assert (growing.status, growing.size_gib) == (VolumeStatus.CHANGING, 5)
    assert make.settled(provider.volumes.find, volume).size_gib == 6


def test_attaching_needs_a_settled_server_and_a_free_volume(provider, make, network, server, tenant):
    volume = make.volume()
    building = provider.servers.create(make.server_request(network.backend_id))
    with pytest.raises(Busy):
        provider.servers.attach(tenant, building.backend_id, volume.backend_id)
    fresh = provider.volumes.create(make.volume_request())
    with pytest.raises(Busy):
        provider.servers.attach(tenant, server.backend_id, fresh.backend_id)
    provider.servers.attach(tenant, server.backend_id, volume.backend_id)
    assert provider.volumes.find(tenant, [volume.key])[volume.key].server is None
    other = make.settled(provider.servers.find, building)
    with pytest.raises(Busy):
        provider.servers.attach(tenant, other.backend_id, volume.backend_id)
    assert provider.volumes.find(tenant, [volume.key])[volume.key].server == server.backend_id


def test_a_resizing_server_shows_its_old_size_and_takes_no_other_act(provider, make, server, tenant):
    provider.servers.resize(tenant, server.backend_id, 4, 2048, 20)
    provider.servers.resize(tenant, server.backend_id, 4, 2048, 20)
    changing = provider.servers.find(tenant)[server.key]
    assert (changing.status, changing.vcpu) == (ServerStatus.CHANGING, 1)
    for act in (provider.servers.stop, provider.servers.start, provider.servers.confirm_resize):
        with pytest.raises(Busy):
            act(tenant, server.backend_id)
    resized = make.settled(provider.servers.find, server)
    assert (resized.status, resized.vcpu, resized.memory_mib) == (ServerStatus.RESIZED, 4, 2048)
    with pytest.raises(Busy):
        provider.servers.stop(tenant, server.backend_id)


def test_a_stopped_server_stays_stopped_through_a_resize(provider, make, server, tenant):
    provider.servers.stop(tenant, server.backend_id)
    make.settled(provider.servers.find, server)
    provider.servers.resize(tenant, server.backend_id, 2, 1024, 10)
    make.settled(provider.servers.find, server)
    provider.servers.confirm_resize(tenant, server.backend_id)
    provider.servers.confirm_resize(tenant, server.backend_id)
    assert make.settled(provider.servers.find, server).status is ServerStatus.STOPPED


def test_a_root_disk_does_not_shrink(provider, server, tenant):
    with pytest.raises(Rejected, match="shrink"):
        provider.servers.resize(tenant, server.backend_id, 1, 512, 9)


def test_a_server_leaves_its_volume_and_address_behind(provider, make, server, tenant, clock):
    volume = make.volume()
    provider.servers.attach(tenant, server.backend_id, volume.backend_id)
    address = provider.addresses.create(address_request(server, tenant))
    clock.sleep(LONGEST_S)
    provider.servers.delete(tenant, server.backend_id)
    with pytest.raises(Busy):
        provider.volumes.delete(tenant, volume.backend_id)
    assert make.settled(provider.volumes.find, volume).status is VolumeStatus.AVAILABLE
    assert provider.addresses.find(tenant)[address.key].server is None


def test_addresses_differ_end_and_need_a_routed_network(provider, make, server, tenant):
    first = provider.addresses.create(address_request(server, tenant))
    second = provider.addresses.create(address_request(server, tenant))
    assert first.address != second.address
    with pytest.raises(CapacityExhausted):
        provider.addresses.create(address_request(server, tenant))
    with pytest.raises(Rejected, match="cannot be reached"):
        provider.addresses.create(address_request(server, tenant, external_network="elsewhere"))
    inner = make.server(make.network(cidr_v4="10.4.0.0/24", external_network=None))
    with pytest.raises(Rejected, match="cannot be reached"):
        provider.addresses.create(address_request(inner, tenant))


def test_the_block_of_addresses_ends(open_cloud, make, server, tenant, monkeypatch):
    monkeypatch.setattr(addresses, "POOL_SIZE", 4)
    unbounded = SimulatedProvider(open_cloud(capacity={}))
    taken = [unbounded.addresses.create(address_request(server, tenant)).address for _ in range(2)]
    assert len(set(taken)) == 2
    with pytest.raises(CapacityExhausted, match="no floating address"):
        unbounded.addresses.create(address_request(server, tenant))


def test_an_address_waits_for_its_server(provider, make, network, tenant):
    building = provider.servers.create(make.server_request(network.backend_id))
    with pytest.raises(Busy):
        provider.addresses.create(address_request(building, tenant))


def test_subnets_of_one_network_do_not_overlap(provider, make, tenant):
    request = make.network_request()
    provider.networks.create(request)
    with pytest.raises(Rejected, match="overlaps"):
        provider.networks.create(replace(request, cidr_v4="10.1.0.0/25"))


def test_a_subnet_that_is_there_already_is_done(cloud, network, tenant):
    with cloud.unrecorded() as call:
        again = networks.add_subnet(call, tenant, network.backend_id, "10.1.0.0/24")
    assert tuple(again.state["cidrs"]) == network.cidrs


def test_a_tenant_with_contents_stays(provider, network, tenant, clock):
    with pytest.raises(Busy, match="network"):
        provider.tenants.delete(tenant)
    provider.networks.delete(tenant, network.backend_id)
    clock.sleep(LONGEST_S)
    provider.tenants.delete(tenant)
    with pytest.raises(Absent):
        provider.tenants.set_quota(tenant, {Dimension.VCPU: 1})


def test_a_snapshot_exists_with_its_key(cloud, provider, server, tenant):
    key = uuid4()
    image = provider.servers.snapshot(tenant, server.backend_id, key, "before")
    item = next(item for item in cloud.inventory() if item.kind == "image")
    assert (item.backend_id, item.key, item.name) == (image, str(key), "before")


def test_names_that_the_cloud_does_not_have_are_rejected(open_cloud, make, network, tenant):
    picky = SimulatedProvider(open_cloud(images={"kylin-v10"}, volume_types={"ssd"}))
    with pytest.raises(Rejected, match="debian-12"):
        picky.servers.create(make.server_request(network.backend_id))
    with pytest.raises(Rejected, match="tape"):
        picky.volumes.create(replace(make.volume_request(), volume_type="tape"))


def test_a_poorer_cloud_does_not_offer_what_it_does_not_declare(cloud, server, tenant):
    poor = SimulatedProvider(cloud, capabilities=frozenset({Capability.CONSOLE, Capability.DIAGNOSTICS}))
    assert poor.capabilities == {Capability.CONSOLE}
    assert poor.servers.console_url(tenant, server.backend_id)
    for act in (
        lambda: poor.tenants.set_quota(tenant, {}),
        lambda: poor.servers.resize(tenant, server.backend_id, 1, 512, 10),
        lambda: poor.servers.confirm_resize(tenant, server.backend_id),
        lambda: poor.servers.snapshot(tenant, server.backend_id, uuid4(), "none"),
        lambda: poor.addresses.find(tenant),
        lambda: poor.addresses.create(address_request(server, tenant)),
        lambda: poor.addresses.delete(tenant, str(uuid4())),
    ):
        with pytest.raises(Unsupported, match="does not offer"):
            act()
