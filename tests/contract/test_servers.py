"""Servers and floating addresses of every provider."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from uuid import uuid4

import pytest

from cloudctl.domain.addresses import AddressRequest
from cloudctl.domain.clouds import Capability
from cloudctl.domain.errors import Absent, CapacityExhausted, Rejected
from cloudctl.domain.servers import ServerStatus
from cloudctl.domain.volumes import VolumeStatus

OVERSIZE_VCPU = 4_096
OVERSIZE_MIB = 8 * 1024 * 1024


def test_a_server_is_built_with_its_key_size_and_addresses(provider_case, tenant, network, server):
    assert (server.vcpu, server.memory_mib, server.fault) == (1, 512, None)
    assert server.backend_id != str(server.key)
    found = {ip_address(address) for address in server.addresses}
    for cidr in network.cidrs:
        assert any(address in ip_network(cidr) for address in found), (cidr, found)


def test_servers_are_found_by_key(provider_case, tenant, server):
    servers = provider_case.provider.servers
    assert servers.find(tenant, [server.key, uuid4()]) == {server.key: server}
    assert servers.find(tenant)[server.key] == server
    assert servers.find(tenant, []) == {}


def test_stopping_and_starting_are_done_when_already_so(provider_case, tenant, server):
    servers = provider_case.provider.servers
    for act, status in ((servers.stop, ServerStatus.STOPPED), (servers.start, ServerStatus.ACTIVE)):
        provider_case.insist(lambda act=act: act(tenant, server.backend_id))
        assert provider_case.server_at(tenant, server.key, status).backend_id == server.backend_id
        provider_case.insist(lambda act=act: act(tenant, server.backend_id))
        assert servers.find(tenant, [server.key])[server.key].status is status


def test_a_resize_stands_until_it_is_confirmed(provider_case, tenant, server):
    servers = provider_case.provider.servers
    provider_case.insist(lambda: servers.resize(tenant, server.backend_id, 2, 1024, 1))
    resized = provider_case.server_at(tenant, server.key, ServerStatus.RESIZED)
    assert (resized.vcpu, resized.memory_mib) == (2, 1024)
    provider_case.insist(lambda: servers.confirm_resize(tenant, server.backend_id))
    final = provider_case.server_at(tenant, server.key, ServerStatus.ACTIVE)
    assert (final.vcpu, final.memory_mib) == (2, 1024)
    provider_case.insist(lambda: servers.confirm_resize(tenant, server.backend_id))
    provider_case.insist(lambda: servers.resize(tenant, server.backend_id, 1, 512, 1))
    provider_case.server_at(tenant, server.key, ServerStatus.RESIZED)
    provider_case.insist(lambda: servers.confirm_resize(tenant, server.backend_id))
    assert provider_case.server_at(tenant, server.key, ServerStatus.ACTIVE).vcpu == 1


@pytest.mark.needs(Capability.CONSOLE)
def test_a_console_has_an_address(provider_case, tenant, server):
    url = provider_case.insist(lambda: provider_case.provider.servers.console_url(tenant, server.backend_id))
    assert url.startswith(("http://", "https://"))


def test_a_snapshot_has_an_id_and_leaves_the_server_running(provider_case, tenant, server):
    key = uuid4()
    image = provider_case.insist(
        lambda: provider_case.provider.servers.snapshot(tenant, server.backend_id, key, "before-change")
    )
    assert image not in ("", str(key), server.backend_id)
    provider_case.server_at(tenant, server.key, ServerStatus.ACTIVE)


@pytest.mark.needs(Capability.FLOATING_ADDRESS)
def test_a_floating_address_points_to_its_server_and_is_given_back(provider_case, tenant, server):
    addresses = provider_case.provider.addresses
    request = AddressRequest(
        key=uuid4(),
        tenant=tenant,
        external_network=provider_case.external_network,
        server=server.backend_id,
    )
    made = provider_case.insist(lambda: addresses.create(request))
    fact = provider_case.wait(lambda: addresses.find(tenant, [request.key, uuid4()])).pop(request.key)
    assert (fact.backend_id, fact.server) == (made.backend_id, server.backend_id)
    assert ip_address(fact.address).version == 4
    assert addresses.find(tenant)[request.key] == fact
    assert addresses.find(tenant, []) == {}
    addresses.delete(tenant, fact.backend_id)
    addresses.delete(tenant, fact.backend_id)
    provider_case.wait(lambda: not addresses.find(tenant, [request.key]))
    addresses.delete(tenant, str(uuid4()))
    assert request.key not in addresses.find(tenant)


@pytest.mark.needs(Capability.FLOATING_ADDRESS)
def test_an_address_is_put_by_and_pointed_again(provider_case, tenant, server):
    addresses = provider_case.provider.addresses
    request = AddressRequest(
        key=uuid4(), tenant=tenant, external_network=provider_case.external_network, server=server.backend_id
    )
    made = provider_case.insist(lambda: addresses.create(request))
    for goal in (None, None, server.backend_id, server.backend_id):
        provider_case.insist(lambda goal=goal: addresses.point(tenant, made.backend_id, goal))
        fact = provider_case.wait(
            lambda goal=goal: (
                (found := addresses.find(tenant, [request.key]).get(request.key)) and found.server == goal and found
            )
        )
        assert (fact.backend_id, fact.address) == (made.backend_id, made.address)
    addresses.delete(tenant, made.backend_id)
    provider_case.wait(lambda: not addresses.find(tenant, [request.key]))
    with pytest.raises(Absent):
        addresses.point(tenant, str(uuid4()), None)


@pytest.mark.needs(Capability.ISOLATE)
def test_what_is_off_and_cut_off_comes_back_with_the_same_disks_and_addresses(provider_case, tenant, server):
    off_and_back(provider_case, tenant, server)


@pytest.mark.needs(Capability.ISOLATE, Capability.FLOATING_ADDRESS)
def test_a_floating_address_stays_while_its_server_is_off_and_cut_off(provider_case, tenant, server):
    addresses = provider_case.provider.addresses
    request = AddressRequest(
        key=uuid4(), tenant=tenant, external_network=provider_case.external_network, server=server.backend_id
    )
    address = provider_case.insist(lambda: addresses.create(request))

    def check():
        held = addresses.find(tenant, [request.key])[request.key]
        assert (held.backend_id, held.address, held.server) == (address.backend_id, address.address, server.backend_id)

    off_and_back(provider_case, tenant, server, check)
    addresses.delete(tenant, address.backend_id)
    provider_case.wait(lambda: not addresses.find(tenant, [request.key]))


def off_and_back(provider_case, tenant, server, check=lambda: None):
    """Off, cut off, back and on, each twice; `check` is asked after each act."""
    provider = provider_case.provider
    servers = provider.servers
    volume = provider_case.new_volume(tenant)
    provider_case.insist(lambda: servers.attach(tenant, server.backend_id, volume.backend_id))
    provider_case.volume_at(tenant, volume.key, VolumeStatus.IN_USE)
    provider_case.insist(lambda: servers.stop(tenant, server.backend_id))
    provider_case.server_at(tenant, server.key, ServerStatus.STOPPED)
    for act, cut in [(servers.isolate, True)] * 2 + [(servers.rejoin, False)] * 2:
        provider_case.insist(lambda act=act: act(tenant, server.backend_id))
        provider_case.wait(lambda cut=cut: servers.isolated(tenant, server.backend_id) is cut)
        found = servers.find(tenant, [server.key])[server.key]
        assert (found.backend_id, found.addresses) == (server.backend_id, server.addresses)
        assert found.volumes == (volume.backend_id,)
        check()
    provider_case.insist(lambda: servers.start(tenant, server.backend_id))
    provider_case.server_at(tenant, server.key, ServerStatus.ACTIVE)
    provider_case.insist(lambda: servers.detach(tenant, server.backend_id, volume.backend_id))
    provider_case.volume_at(tenant, volume.key, VolumeStatus.AVAILABLE)
    provider_case.drop_volume(tenant, volume)


def test_an_unknown_image_is_rejected(provider_case, tenant, network):
    request = provider_case.server_request(tenant, network.backend_id, image="no-such-image")
    with pytest.raises(Rejected):
        provider_case.provider.servers.create(request)
    assert request.key not in provider_case.provider.servers.find(tenant)


def test_a_server_that_fits_nowhere_is_refused_or_goes_to_error_with_the_clouds_words(provider_case, tenant, network):
    servers = provider_case.provider.servers
    request = provider_case.server_request(tenant, network.backend_id, vcpu=OVERSIZE_VCPU, memory_mib=OVERSIZE_MIB)
    try:
        made = servers.create(request)
    except CapacityExhausted as refused:
        words = str(refused)
    else:
        provider_case.server_at(tenant, request.key, ServerStatus.ERROR)
        words = provider_case.wait(lambda: servers.find(tenant, [request.key])[request.key].fault)
        servers.delete(tenant, made.backend_id)
        provider_case.wait(lambda: request.key not in servers.find(tenant, [request.key]))
    assert words
    assert request.key not in servers.find(tenant)


def test_deleting_a_server_twice_is_done_and_sets_its_volume_free(provider_case, tenant, network):
    provider = provider_case.provider
    volume = provider_case.new_volume(tenant)
    request = provider_case.server_request(tenant, network.backend_id)
    provider.servers.create(request)
    made = provider_case.server_at(tenant, request.key, ServerStatus.ACTIVE)
    provider_case.insist(lambda: provider.servers.attach(tenant, made.backend_id, volume.backend_id))
    provider_case.wait(lambda: provider.servers.find(tenant, [request.key])[request.key].volumes)
    provider.servers.delete(tenant, made.backend_id)
    provider.servers.delete(tenant, made.backend_id)
    provider_case.wait(lambda: request.key not in provider.servers.find(tenant, [request.key]))
    provider.servers.delete(tenant, made.backend_id)
    provider.servers.delete(tenant, str(uuid4()))
    provider_case.drop_volume(tenant, volume)
    assert volume.key not in provider.volumes.find(tenant)
