from __future__ import annotations

from typing import Any

import pytest

from cloudctl.domain.clouds import Cloud, CloudKind, Room, place
from cloudctl.domain.errors import Invalid, PoolExhausted
from cloudctl.domain.quotas import Demand, Dimension

DEMAND = Demand({Dimension.VCPU: 4, Dimension.SERVERS: 1})


def cloud(code: str, **fields: Any) -> Cloud:
    own = {"name": code, "kind": CloudKind.SIMULATED, "zones": frozenset({"extranet"}), "capacity": {}}
    return Cloud(**{"code": code, **own, **fields})


def chosen(clouds: list[Cloud], used: dict[tuple[str, Dimension], int] | None = None, **ask: Any) -> str:
    asked = {"zone": "extranet", "mlps_level": 2, "demand": DEMAND, **ask}
    return place(clouds, used=used or {}, **asked).cloud


def test_the_cloud_with_the_most_room_left_wins() -> None:
    small, large = cloud("a", capacity={Dimension.VCPU: 10}), cloud("b", capacity={Dimension.VCPU: 100})
    assert chosen([small, large]) == "b"
    assert chosen([small, large], {("b", Dimension.VCPU): 90}) == "a"


def test_a_tie_goes_by_code() -> None:
    assert chosen([cloud("b"), cloud("a")]) == "a"


def test_the_scarcest_dimension_decides() -> None:
    wide = cloud("a", capacity={Dimension.VCPU: 1000, Dimension.SERVERS: 2})
    even = cloud("b", capacity={Dimension.VCPU: 100, Dimension.SERVERS: 100})
    assert chosen([wide, even]) == "b"


def test_the_last_unit_can_be_taken_and_no_more() -> None:
    full = cloud("a", capacity={Dimension.VCPU: 10})
    assert chosen([full], {("a", Dimension.VCPU): 6}) == "a"
    with pytest.raises(PoolExhausted) as caught:
        chosen([full], {("a", Dimension.VCPU): 7})
    assert caught.value.field == "items"
    assert "1 vcpu short" in str(caught.value)


def test_only_dimensions_that_are_raised_are_looked_at() -> None:
    over = {("a", Dimension.VOLUME_GIB): 999}
    assert chosen([cloud("a", capacity={Dimension.VOLUME_GIB: 10})], over) == "a"
    assert chosen([cloud("a", capacity={Dimension.VCPU: 0})], demand=Demand({Dimension.VCPU: -2})) == "a"


def test_overcommit_multiplies() -> None:
    doubled = cloud("a", capacity={Dimension.VCPU: 3}, overcommit={Dimension.VCPU: 1.5})
    assert doubled.room(Dimension.VCPU) == 4
    assert doubled.room(Dimension.SERVERS) is None
    assert chosen([doubled]) == "a"


def test_a_cloud_without_anything_of_a_dimension_is_full() -> None:
    with pytest.raises(PoolExhausted):
        chosen([cloud("a", capacity={Dimension.VCPU: 0})])


def test_a_zone_that_no_cloud_serves() -> None:
    with pytest.raises(Invalid) as caught:
        chosen([cloud("a", zones=frozenset({"internet"})), cloud("b", retired=True)])
    assert caught.value.field == "zone"


def test_a_level_above_what_any_cloud_is_rated_for() -> None:
    with pytest.raises(Invalid) as caught:
        chosen([cloud("a"), cloud("b", max_mlps_level=2)], mlps_level=4)
    assert (caught.value.field, caught.value.params["highest"]) == ("system_id", 3)


def test_every_cloud_that_was_looked_at_has_its_reason() -> None:
    clouds = [
        cloud("a", max_mlps_level=2),
        cloud("b", capacity={Dimension.VCPU: 1}),
        cloud("c", capacity={Dimension.VCPU: 8}),
    ]
    placed = place(clouds, zone="extranet", mlps_level=3, demand=DEMAND, used={})
    assert placed.cloud == "c"
    assert [reason["en"].split(":")[0] for reason in placed.reasons] == ["a", "b", "c"]
    assert "50% left" in placed.reasons[2]["en"]
    assert all(set(reason) == {"en", "zh_CN"} for reason in placed.reasons)


def test_room_left() -> None:
    assert Room(total=10, used=12).left == -2
    assert Room(total=None, used=12).left is None


def test_an_order_goes_where_its_processors_are() -> None:
    arm = cloud("a", architectures=frozenset({"aarch64"}))
    both = cloud("b", architectures=frozenset({"aarch64", "x86_64"}))
    assert chosen([arm, both], architectures=frozenset({"aarch64"})) == "a"
    assert chosen([arm, both], architectures=frozenset({"x86_64"})) == "b"
    placed = place(
        [arm, both], zone="extranet", mlps_level=2, demand=DEMAND, used={}, architectures=frozenset({"x86_64"})
    )
    assert "a: has no x86_64" in [reason["en"] for reason in placed.reasons]
    with pytest.raises(Invalid) as caught:
        chosen([arm, both], architectures=frozenset({"loongarch64"}))
    assert caught.value.field == "items"
    assert "loongarch64" in str(caught.value)


def test_a_cloud_whose_processors_nobody_has_stated_takes_any() -> None:
    assert chosen([cloud("a")], architectures=frozenset({"loongarch64"})) == "a"


def test_what_is_kept_free_is_room_for_emergencies_of_its_zone_alone() -> None:
    kept = {"extranet": {Dimension.VCPU: 3}, "internet": {Dimension.VCPU: 2}}
    full = cloud("a", zones=frozenset({"extranet", "internet"}), capacity={Dimension.VCPU: 10}, reserves=kept)
    used = {("a", Dimension.VCPU): 3}
    with pytest.raises(PoolExhausted, match="2 vcpu short"):
        chosen([full], used)
    assert chosen([full], used, emergency=True) == "a"
    with pytest.raises(PoolExhausted, match="1 vcpu short"):
        chosen([full], {("a", Dimension.VCPU): 5}, emergency=True)
    with pytest.raises(PoolExhausted, match="1 vcpu short"):
        chosen([full], {("a", Dimension.VCPU): 4}, zone="internet", emergency=True)


def test_a_reserve_of_everything_leaves_no_room() -> None:
    full = cloud("a", capacity={Dimension.VCPU: 4}, reserves={"extranet": {Dimension.VCPU: 4}})
    with pytest.raises(PoolExhausted, match="4 vcpu short"):
        chosen([full])
    assert full.open_room(Dimension.SERVERS, "extranet", emergency=False) is None
