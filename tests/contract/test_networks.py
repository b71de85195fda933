"""Networks of every provider."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from cloudctl.domain.errors import Busy


@pytest.fixture
def drop(provider_case, tenant):
    """Deletes, at the end, every network of the given key."""
    keys = []
    yield keys.append
    networks = provider_case.provider.networks
    for key in keys:
        for fact in networks.find(tenant, [key]).values():
            provider_case.insist(lambda fact=fact: networks.delete(tenant, fact.backend_id))
        provider_case.wait(lambda key=key: not networks.find(tenant, [key]))


def test_a_network_has_both_families_and_its_key(provider_case, tenant, network):
    assert network.ready
    assert set(network.cidrs) == {"10.200.0.0/24", "fd00:200::/64"}
    assert network.backend_id != str(network.key)
    assert provider_case.provider.networks.find(tenant, [network.key])[network.key] == network


def test_a_network_needs_no_second_family_and_no_router(provider_case, tenant, drop):
    request = provider_case.network_request(tenant, "10.201.0.0/26")
    drop(request.key)
    made = provider_case.provider.networks.create(request)
    fact = provider_case.network_ready(tenant, request.key)
    assert fact.backend_id == made.backend_id
    assert fact.cidrs == ("10.201.0.0/26",)


def test_a_half_made_network_is_finished_by_the_next_create(provider_case, tenant, drop):
    networks = provider_case.provider.networks
    half = provider_case.network_request(tenant, "10.202.0.0/26")
    drop(half.key)
    first = networks.create(half)
    provider_case.network_ready(tenant, half.key)
    whole = replace(half, cidr_v6="fd00:202::/64", external_network=provider_case.external_network)
    networks.create(whole)
    fact = provider_case.network_ready(tenant, half.key)
    assert fact.backend_id == first.backend_id
    assert set(fact.cidrs) == {"10.202.0.0/26", "fd00:202::/64"}


def test_a_whole_network_is_left_as_it_is_by_the_next_create(provider_case, tenant, network, drop):
    request = provider_case.network_request(tenant, "10.203.0.0/26")
    drop(request.key)
    networks = provider_case.provider.networks
    networks.create(request)
    before = provider_case.network_ready(tenant, request.key)
    networks.create(request)
    assert provider_case.network_ready(tenant, request.key) == before


def test_networks_are_found_by_key_and_foreign_ones_are_passed_over(provider_case, tenant, network):
    networks = provider_case.provider.networks
    before = networks.find(tenant)
    assert network.key in before
    with provider_case.foreign_network(tenant):
        assert networks.find(tenant) == before
    assert set(networks.find(tenant, [network.key, uuid4()])) == {network.key}
    assert networks.find(tenant, []) == {}


def test_a_network_with_a_server_on_it_is_busy(provider_case, tenant, network, server):
    with pytest.raises(Busy):
        provider_case.provider.networks.delete(tenant, network.backend_id)
    assert provider_case.network_ready(tenant, network.key).cidrs == network.cidrs


def test_deleting_twice_is_done(provider_case, tenant):
    networks = provider_case.provider.networks
    request = provider_case.network_request(tenant, "10.204.0.0/26", "fd00:204::/64", provider_case.external_network)
    networks.create(request)
    made = provider_case.network_ready(tenant, request.key)
    networks.delete(tenant, made.backend_id)
    networks.delete(tenant, made.backend_id)
    provider_case.wait(lambda: not networks.find(tenant, [request.key]))
    networks.delete(tenant, made.backend_id)
    networks.delete(tenant, str(uuid4()))
    assert request.key not in networks.find(tenant)
