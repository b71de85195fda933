"""The inventory of every provider: what is made appears with its key, stays itself, and is gone when it is deleted."""

from __future__ import annotations

from uuid import uuid4

import pytest

from cloudctl.domain.addresses import AddressRequest
from cloudctl.domain.clouds import Capability
from cloudctl.domain.inventory import ObjectKind, ObjectStatus
from cloudctl.domain.servers import ServerStatus


def listed(provider_case, kind=None):
    """Everything that the cloud has, by kind and native id."""
    pages = provider_case.provider.inventory.full()
    things = [thing for page in pages for thing in page if kind in (None, thing.kind)]
    found = {thing.identity: thing for thing in things}
    assert len(found) == len(things), "an object was listed twice"
    return found


def test_what_was_made_is_listed_with_its_key_and_where_it_stands(provider_case, tenant, network, server):
    volume = provider_case.new_volume(tenant)
    found = listed(provider_case)
    seen = found[ObjectKind.SERVER, server.backend_id]
    assert seen.key == server.key
    assert seen.status is ObjectStatus.ACTIVE
    assert (seen.vcpu, seen.memory_mib, seen.disk_gib) == (server.vcpu, server.memory_mib, provider_case.root_disk_gib)
    assert seen.networks == (network.backend_id,)
    assert seen.name.endswith(server.name)
    segment = found[ObjectKind.NETWORK, network.backend_id]
    assert segment.key == network.key
    disk = found[ObjectKind.VOLUME, volume.backend_id]
    assert (disk.key, disk.disk_gib, disk.server) == (volume.key, 1, None)
    assert seen.tenant
    assert {thing.tenant for thing in (seen, segment, disk)} == {seen.tenant}
    assert seen.tenant_name
    provider_case.drop_volume(tenant, volume)
    assert (ObjectKind.VOLUME, volume.backend_id) not in listed(provider_case, ObjectKind.VOLUME)


def test_an_unchanged_cloud_lists_the_same_again(provider_case, tenant, server):
    # Twice the same, once what the tests before have begun is done: a real cloud takes its time.
    provider_case.wait(lambda: listed(provider_case) == listed(provider_case))


def test_a_volume_belongs_to_the_server_that_it_is_attached_to(provider_case, tenant, server):
    provider = provider_case.provider
    volume = provider_case.new_volume(tenant)
    provider_case.insist(lambda: provider.servers.attach(tenant, server.backend_id, volume.backend_id))
    provider_case.wait(lambda: provider.volumes.find(tenant, [volume.key])[volume.key].server)
    assert listed(provider_case)[ObjectKind.VOLUME, volume.backend_id].server == server.backend_id
    provider_case.insist(lambda: provider.servers.detach(tenant, server.backend_id, volume.backend_id))
    provider_case.drop_volume(tenant, volume)


@pytest.mark.needs(Capability.CHANGES)
def test_a_server_that_is_switched_off_is_told_by_the_feed_and_stays_itself(provider_case, tenant, server):
    provider = provider_case.provider
    feed = provider.inventory
    start = feed.changes(None)
    assert (start.complete, start.suspects) == (True, ())
    assert start.cursor
    provider_case.insist(lambda: provider.servers.stop(tenant, server.backend_id))
    provider_case.server_at(tenant, server.key, ServerStatus.STOPPED)
    changes = provider_case.wait(lambda: told(feed.changes(start.cursor), server.backend_id))
    (seen,) = (thing for thing in changes.objects if thing.native_id == server.backend_id)
    assert (seen.key, seen.status) == (server.key, ObjectStatus.STOPPED)
    provider_case.insist(lambda: provider.servers.start(tenant, server.backend_id))
    provider_case.server_at(tenant, server.key, ServerStatus.ACTIVE)
    assert listed(provider_case)[ObjectKind.SERVER, server.backend_id].status is ObjectStatus.ACTIVE


def told(changes, native_id):
    """The changes, once they say that this one is off."""
    seen = [thing for thing in changes.objects if thing.native_id == native_id]
    return changes if seen and seen[0].status is ObjectStatus.STOPPED else None


def test_a_deleted_server_has_left_and_a_second_look_does_not_find_it(provider_case, tenant, network):
    provider = provider_case.provider
    feed = provider.inventory
    request = provider_case.server_request(tenant, network.backend_id)
    provider.servers.create(request)
    made = provider_case.server_at(tenant, request.key, ServerStatus.ACTIVE)
    assert [thing.key for thing in feed.look(ObjectKind.SERVER, [made.backend_id, str(uuid4())])] == [request.key]
    provider_case.insist(lambda: provider.servers.delete(tenant, made.backend_id))
    provider_case.wait(lambda: request.key not in provider.servers.find(tenant, [request.key]))
    provider_case.wait(lambda: not feed.look(ObjectKind.SERVER, [made.backend_id]))
    assert (ObjectKind.SERVER, made.backend_id) not in listed(provider_case, ObjectKind.SERVER)


@pytest.mark.needs(Capability.CHANGES)
def test_the_feed_says_that_a_server_has_left(provider_case, tenant, network):
    provider = provider_case.provider
    request = provider_case.server_request(tenant, network.backend_id)
    provider.servers.create(request)
    made = provider_case.server_at(tenant, request.key, ServerStatus.ACTIVE)
    cursor = provider.inventory.changes(None).cursor
    provider_case.insist(lambda: provider.servers.delete(tenant, made.backend_id))
    provider_case.wait(lambda: request.key not in provider.servers.find(tenant, [request.key]))
    left = ObjectKind.SERVER, made.backend_id
    provider_case.wait(lambda: left in set(provider.inventory.changes(cursor).suspects))


@pytest.mark.needs(Capability.CHANGES)
def test_a_cursor_that_nobody_knows_asks_for_a_full_count(provider_case):
    changes = provider_case.provider.inventory.changes("before-the-flood")
    assert not changes.complete
    assert changes.cursor


@pytest.mark.needs(Capability.SNAPSHOT)
def test_a_snapshot_belongs_to_its_server(provider_case, tenant, server):
    key = uuid4()
    made = provider_case.insist(
        lambda: provider_case.provider.servers.snapshot(tenant, server.backend_id, key, f"copy-{key.hex[:8]}")
    )
    snapshot = provider_case.wait(lambda: listed(provider_case, ObjectKind.SNAPSHOT).get((ObjectKind.SNAPSHOT, made)))
    assert (snapshot.key, snapshot.server) == (key, server.backend_id)
    assert snapshot.name.endswith(f"copy-{key.hex[:8]}")


@pytest.mark.needs(Capability.FLOATING_ADDRESS)
def test_an_address_names_the_server_that_it_points_to(provider_case, tenant, server):
    provider = provider_case.provider
    request = AddressRequest(
        key=uuid4(), tenant=tenant, server=server.backend_id, external_network=provider_case.external_network
    )
    made = provider_case.insist(lambda: provider.addresses.create(request))
    seen = listed(provider_case)[ObjectKind.ADDRESS, made.backend_id]
    assert (seen.key, seen.server, seen.addresses) == (request.key, server.backend_id, (made.address,))
    provider.addresses.delete(tenant, made.backend_id)
    assert (ObjectKind.ADDRESS, made.backend_id) not in listed(provider_case, ObjectKind.ADDRESS)
