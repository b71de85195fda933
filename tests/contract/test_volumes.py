"""Volumes of every provider, alone and with a server."""

from __future__ import annotations

from uuid import uuid4

import pytest

from cloudctl.domain.errors import Busy
from cloudctl.domain.volumes import VolumeStatus


@pytest.fixture
def volume(provider_case, tenant):
    made = provider_case.new_volume(tenant)
    yield made
    provider_case.drop_volume(tenant, made)


def test_a_new_volume_answers_as_it_stands_and_becomes_available(provider_case, tenant):
    request = provider_case.volume_request(tenant, size_gib=2)
    made = provider_case.provider.volumes.create(request)
    assert made.key == request.key
    assert made.backend_id != str(request.key)
    assert made.status in (VolumeStatus.BUILDING, VolumeStatus.AVAILABLE)
    fact = provider_case.volume_at(tenant, request.key, VolumeStatus.AVAILABLE)
    assert (fact.backend_id, fact.size_gib, fact.server) == (made.backend_id, 2, None)
    assert fact.name.endswith(request.name)
    provider_case.drop_volume(tenant, fact)


def test_volumes_are_found_by_key(provider_case, tenant, volume):
    volumes = provider_case.provider.volumes
    assert set(volumes.find(tenant, [volume.key, uuid4()])) == {volume.key}
    assert volumes.find(tenant)[volume.key] == volume
    assert volumes.find(tenant, []) == {}


def test_a_free_volume_grows_and_growing_it_again_is_done(provider_case, tenant, volume):
    volumes = provider_case.provider.volumes
    volumes.extend(tenant, volume.backend_id, 2)
    grown = provider_case.volume_at(tenant, volume.key, VolumeStatus.AVAILABLE)
    assert grown.size_gib == 2
    volumes.extend(tenant, volume.backend_id, 2)
    assert provider_case.volume_at(tenant, volume.key, VolumeStatus.AVAILABLE) == grown


def test_a_volume_is_attached_grown_and_detached(provider_case, tenant, server, volume):
    servers, volumes = provider_case.provider.servers, provider_case.provider.volumes
    provider_case.insist(lambda: servers.attach(tenant, server.backend_id, volume.backend_id))
    attached = provider_case.volume_at(tenant, volume.key, VolumeStatus.IN_USE)
    assert attached.server == server.backend_id
    assert volume.backend_id in servers.find(tenant, [server.key])[server.key].volumes
    servers.attach(tenant, server.backend_id, volume.backend_id)

    with pytest.raises(Busy):
        volumes.delete(tenant, volume.backend_id)

    provider_case.insist(lambda: volumes.extend(tenant, volume.backend_id, 3))
    grown = provider_case.wait(
        lambda: (
            fact
            if (fact := volumes.find(tenant, [volume.key])[volume.key]).size_gib == 3
            and fact.status is VolumeStatus.IN_USE
            else None
        )
    )
    assert grown.server == server.backend_id

    provider_case.insist(lambda: servers.detach(tenant, server.backend_id, volume.backend_id))
    assert provider_case.volume_at(tenant, volume.key, VolumeStatus.AVAILABLE).server is None
    servers.detach(tenant, server.backend_id, volume.backend_id)
    assert volume.backend_id not in servers.find(tenant, [server.key])[server.key].volumes


def test_deleting_twice_is_done(provider_case, tenant):
    volumes = provider_case.provider.volumes
    made = provider_case.new_volume(tenant)
    volumes.delete(tenant, made.backend_id)
    volumes.delete(tenant, made.backend_id)
    provider_case.wait(lambda: made.key not in volumes.find(tenant, [made.key]))
    volumes.delete(tenant, made.backend_id)
    volumes.delete(tenant, str(uuid4()))
    assert made.key not in volumes.find(tenant)
