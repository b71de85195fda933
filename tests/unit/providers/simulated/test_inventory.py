"""The feed of the simulated cloud: pages, changes by act and by time, gaps."""

from __future__ import annotations

from uuid import uuid4

import pytest

from cloudctl.domain.clouds import Capability
from cloudctl.domain.errors import Busy, Unreachable, Unsupported
from cloudctl.domain.inventory import ObjectKind, ObjectStatus
from cloudctl.providers.simulated import Fault, FaultKind, SimulatedProvider, populate
from cloudctl.providers.simulated import inventory as feeds
from cloudctl.providers.simulated.backend import journal
from tests.unit.providers.simulated.conftest import LONGEST_S


def everything(provider):
    return [thing for page in provider.inventory.full() for thing in page]


def test_everything_comes_in_pages_and_once(provider, make, monkeypatch):
    monkeypatch.setattr(feeds, "PAGE_SIZE", 3)
    network = make.network()
    populate(provider.cloud, [make.server_request(network.backend_id, name=f"s{n}") for n in range(7)], keyed=False)
    pages = [[thing.kind for thing in page] for page in provider.inventory.full()]
    assert pages == [[ObjectKind.NETWORK], *([ObjectKind.SERVER] * n for n in (3, 3, 1))]
    assert len({thing.native_id for thing in everything(provider)}) == 8
    assert {thing.tenant_name for thing in everything(provider)} == {"civil-affairs"}


def test_a_page_that_fails_comes_after_those_that_did_not(provider, make):
    make.network()
    provider.cloud.inject(Fault(operation="inventory.full", kind=FaultKind.SERVER_ERROR_5XX, match="server"))
    pages = provider.inventory.full()
    assert [thing.kind for thing in next(pages)] == [ObjectKind.NETWORK]
    with pytest.raises(Busy):
        next(pages)


def test_no_answer_is_no_answer(provider):
    provider.cloud.inject(Fault(operation="inventory.*", kind=FaultKind.HANG, times=None))
    with pytest.raises(Unreachable):
        list(provider.inventory.full())
    with pytest.raises(Unreachable):
        provider.inventory.changes(None)


def test_what_lists_do_not_show_yet_is_told_when_they_do(provider, make, clock):
    network = make.network()
    cursor = provider.inventory.changes(None).cursor
    provider.cloud.inject(Fault(operation="servers.create", kind=FaultKind.LISTS_LATE, seconds=60))
    provider.servers.create(make.server_request(network.backend_id))
    first = provider.inventory.changes(cursor)
    assert [thing for thing in first.objects if thing.kind is ObjectKind.SERVER] == []
    clock.sleep(61)
    second = provider.inventory.changes(first.cursor)
    assert [thing.kind for thing in second.objects] == [ObjectKind.SERVER]
    assert not set(second.suspects)


def test_time_alone_makes_a_change(provider, make, clock):
    network = make.network()
    made = provider.servers.create(make.server_request(network.backend_id))
    cursor = provider.inventory.changes(None).cursor
    assert provider.inventory.changes(cursor).objects == []
    clock.sleep(LONGEST_S)
    (seen,) = provider.inventory.changes(cursor).objects
    assert (seen.native_id, seen.status) == (made.backend_id, ObjectStatus.ACTIVE)
    assert seen.addresses


def test_what_is_gone_is_a_suspect_when_its_time_has_come(provider, make, tenant, clock):
    volume = make.volume()
    cursor = provider.inventory.changes(None).cursor
    provider.volumes.delete(tenant, volume.backend_id)
    going = provider.inventory.changes(cursor)
    assert [thing.status for thing in going.objects] == [ObjectStatus.DELETING]
    assert list(going.suspects) == []
    clock.sleep(LONGEST_S)
    gone = provider.inventory.changes(going.cursor)
    assert list(gone.suspects) == [(ObjectKind.VOLUME, volume.backend_id)]
    assert provider.inventory.look(ObjectKind.VOLUME, [volume.backend_id]) == []


def test_a_look_is_for_one_kind(provider, make):
    volume = make.volume()
    assert provider.inventory.look(ObjectKind.SERVER, [volume.backend_id]) == []
    (seen,) = provider.inventory.look(ObjectKind.VOLUME, [volume.backend_id, str(uuid4())])
    assert (seen.key, seen.disk_gib) == (volume.key, volume.size_gib)


def test_lines_that_are_no_longer_kept_are_a_gap(provider, make, monkeypatch, clock):
    cursor = provider.inventory.changes(None).cursor
    make.volume()
    monkeypatch.setattr(journal, "KEPT_LINES", 0)
    with provider.cloud.unrecorded() as call:
        journal.trim(call.connection, call.now)
    gap = provider.inventory.changes(cursor)
    assert not gap.complete
    assert provider.inventory.changes(gap.cursor).complete


@pytest.mark.parametrize("cursor", ["nonsense", "1", "999999/0.0"])
def test_a_cursor_of_another_cloud_is_a_gap(provider, cursor):
    assert not provider.inventory.changes(cursor).complete


def test_without_the_capability_there_is_no_feed(cloud):
    poor = SimulatedProvider(cloud, frozenset())
    assert Capability.CHANGES not in poor.capabilities
    with pytest.raises(Unsupported):
        poor.inventory.changes(None)
    assert list(poor.inventory.full()) == []
