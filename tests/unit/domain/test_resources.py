from __future__ import annotations

import pytest

from cloudctl.domain.errors import Claimed, Refused
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.resources import Resource
from tests.unit.domain.making import address, network, server, volume


def test_footprints() -> None:
    assert dict(server().footprint) == {
        Dimension.SERVERS: 1,
        Dimension.VCPU: 2,
        Dimension.MEMORY_MIB: 4096,
        Dimension.VOLUME_GIB: 40,
    }
    assert dict(volume(size_gib=7).footprint) == {Dimension.VOLUME_GIB: 7}
    assert dict(network().footprint) == {Dimension.SEGMENTS: 1}
    assert dict(address().footprint) == {Dimension.ADDRESSES: 1}


def test_the_base_has_no_footprint_of_its_own() -> None:
    with pytest.raises(NotImplementedError):
        Resource.footprint.fget(server())  # type: ignore[attr-defined]


def test_one_order_at_a_time_changes_a_resource() -> None:
    disk, mine, theirs = volume(name="data"), new_id(), new_id()
    disk.claim(mine, "items[0].volume")
    disk.claim(mine, "items[0].volume")
    with pytest.raises(Claimed) as caught:
        disk.claim(theirs, "items[3].resource")
    assert (caught.value.field, caught.value.params["name"]) == ("items[3].resource", "data")
    disk.unclaim(theirs)
    assert disk.claimed_by == mine
    disk.unclaim(mine)
    disk.unclaim(mine)
    disk.claim(theirs, "items[0]")
    assert disk.claimed_by == theirs


def test_it_moves_along_its_table_only() -> None:
    host = server(state="planned")
    with pytest.raises(Refused):
        host.advance("activate")
    host.advance("build")
    host.advance("activate")
    assert host.state == "active"
