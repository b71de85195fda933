from __future__ import annotations

from typing import Any

from cloudctl.domain.clouds import Cloud, CloudKind, Headroom
from cloudctl.domain.quotas import Dimension


def cloud(code: str, **fields: Any) -> Cloud:
    own = {"name": code, "kind": CloudKind.SIMULATED, "zones": frozenset({"extranet"}), "capacity": {}}
    return Cloud(**{"code": code, **own, **fields})


def test_overcommit_multiplies() -> None:
    doubled = cloud("a", capacity={Dimension.VCPU: 3}, overcommit={Dimension.VCPU: 1.5})
    assert doubled.room(Dimension.VCPU) == 4
    assert doubled.room(Dimension.SERVERS) is None


def test_head_room_is_rounded_up_and_kept_from_everybody() -> None:
    airy = cloud("a", capacity={Dimension.VCPU: 15}, headroom_percent=10)
    for emergency in (False, True):
        assert airy.open_room(Dimension.VCPU, "extranet", emergency=emergency) == 13
    assert airy.room(Dimension.VCPU) == 15


def test_a_reserve_of_everything_leaves_no_room() -> None:
    full = cloud("a", capacity={Dimension.VCPU: 4}, reserves={"extranet": {Dimension.VCPU: 4}})
    assert full.open_room(Dimension.VCPU, "extranet", emergency=False) == 0
    assert full.open_room(Dimension.SERVERS, "extranet", emergency=False) is None


def test_room_left() -> None:
    assert Headroom(total=10, used=12).left == -2
    assert Headroom(total=None, used=12).left is None
