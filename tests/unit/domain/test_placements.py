from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from cloudctl.domain.admissions import Ground, Group
from cloudctl.domain.clouds import DECLARED, Capability, Cloud, CloudKind
from cloudctl.domain.errors import Invalid, PoolExhausted
from cloudctl.domain.placements import Placement, joined, place
from cloudctl.domain.quotas import Demand, Dimension
from tests.unit.domain.test_clouds import cloud

DEMAND = Demand({Dimension.VCPU: 4, Dimension.SERVERS: 1})
VCPU = Dimension.VCPU


def vcpu(amount: int) -> Demand:
    return Demand({VCPU: amount})


def room(code: str, amount: int, **fields: Any) -> Cloud:
    return cloud(code, capacity={VCPU: amount}, **fields)


def group(*items: int, growth: Demand = DEMAND, **fields: Any) -> Group:
    return Group(items=items or (0,), growth=growth, **fields)


def ground(**fields: Any) -> Ground:
    return Ground(**{"zone": "extranet", "mlps_level": 2, "used": {}, **fields})


def chosen(clouds: list[Cloud], used: dict[tuple[str, Dimension], int] | None = None, **ask: Any) -> str:
    """Where one group goes."""
    needs = {name: ask.pop(name) for name in ("growth", "architectures", "images", "stands", "new") if name in ask}
    (found,) = place([group(**needs)], clouds, ground(used=used or {}, **ask))
    return found.cloud


def homes(groups: list[Group], clouds: list[Cloud], **known: Any) -> list[str]:
    return [found.cloud for found in place(groups, clouds, ground(**known))]


def said(found: Placement) -> list[str]:
    return [reason["en"] for reason in found.reasons]


def test_the_cloud_with_the_most_room_left_wins() -> None:
    small, large = room("a", 10), room("b", 100)
    assert chosen([small, large]) == "b"
    assert chosen([small, large], {("b", VCPU): 90}) == "a"


def test_a_tie_goes_by_code() -> None:
    assert chosen([cloud("b"), cloud("a")]) == "a"


def test_the_scarcest_dimension_decides() -> None:
    wide = cloud("a", capacity={VCPU: 1000, Dimension.SERVERS: 2})
    even = cloud("b", capacity={VCPU: 100, Dimension.SERVERS: 100})
    assert chosen([wide, even]) == "b"


def test_the_last_unit_can_be_taken_and_no_more() -> None:
    full = room("a", 10)
    assert chosen([full], {("a", VCPU): 6}) == "a"
    with pytest.raises(PoolExhausted) as caught:
        chosen([full], {("a", VCPU): 7})
    assert caught.value.field == "items"
    assert "1 vcpu short" in str(caught.value)


def test_only_dimensions_that_are_raised_are_looked_at() -> None:
    over = {("a", Dimension.VOLUME_GIB): 999}
    assert chosen([cloud("a", capacity={Dimension.VOLUME_GIB: 10})], over) == "a"
    assert chosen([room("a", 0)], growth=vcpu(-2)) == "a"


def test_a_cloud_without_anything_of_a_dimension_is_full() -> None:
    with pytest.raises(PoolExhausted):
        chosen([room("a", 0)])


def test_head_room_is_not_handed_out() -> None:
    assert chosen([room("a", 10, headroom_percent=60)]) == "a"
    with pytest.raises(PoolExhausted, match="1 vcpu short"):
        chosen([room("a", 10, headroom_percent=61)], emergency=True)


def test_a_zone_that_no_cloud_serves() -> None:
    with pytest.raises(Invalid) as caught:
        chosen([cloud("a", zones=frozenset({"internet"})), cloud("b", retired=True)])
    assert caught.value.field == "zone"


def test_a_level_above_what_any_cloud_is_rated_for() -> None:
    with pytest.raises(Invalid) as caught:
        chosen([cloud("a"), cloud("b", max_mlps_level=2)], mlps_level=4)
    assert (caught.value.field, caught.value.params["highest"]) == ("system_id", 3)


def test_every_cloud_that_was_looked_at_has_its_reason() -> None:
    clouds = [cloud("a", max_mlps_level=2), room("b", 1), room("c", 8)]
    (found,) = place([group(0, 1)], clouds, ground(mlps_level=3))
    assert (found.cloud, found.items) == ("c", (0, 1))
    assert [text.split(":")[0] for text in said(found)] == ["a", "b", "c"]
    assert "50% left" in said(found)[2]
    assert all(set(reason) == {"en", "zh_CN"} for reason in found.reasons)


def test_an_order_goes_where_its_processors_are() -> None:
    arm = cloud("a", architectures=frozenset({"aarch64"}))
    both = cloud("b", architectures=frozenset({"aarch64", "x86_64"}))
    assert chosen([arm, both], architectures=frozenset({"aarch64"})) == "a"
    (found,) = place([group(architectures=frozenset({"x86_64"}))], [arm, both], ground())
    assert found.cloud == "b"
    assert "a: has no x86_64" in said(found)
    with pytest.raises(Invalid) as caught:
        chosen([arm, both], architectures=frozenset({"loongarch64"}))
    assert caught.value.field == "items"
    assert "loongarch64" in str(caught.value)


def test_a_cloud_whose_processors_nobody_has_stated_takes_any() -> None:
    assert chosen([cloud("a")], architectures=frozenset({"loongarch64"})) == "a"


def test_a_server_goes_where_its_image_is() -> None:
    images = {"kylin": frozenset({"b"})}
    (found,) = place([group(images=images)], [cloud("a"), cloud("b")], ground())
    assert found.cloud == "b"
    assert "a: has no image kylin" in said(found)
    with pytest.raises(Invalid, match="has the images kylin"):
        chosen([cloud("a")], images=images)


def test_what_is_kept_free_is_room_for_emergencies_of_its_zone_alone() -> None:
    kept = {"extranet": {VCPU: 3}, "internet": {VCPU: 2}}
    full = room("a", 10, zones=frozenset({"extranet", "internet"}), reserves=kept)
    used = {("a", VCPU): 3}
    with pytest.raises(PoolExhausted, match="2 vcpu short"):
        chosen([full], used)
    assert chosen([full], used, emergency=True) == "a"
    with pytest.raises(PoolExhausted, match="1 vcpu short"):
        chosen([full], {("a", VCPU): 5}, emergency=True)
    with pytest.raises(PoolExhausted, match="1 vcpu short"):
        chosen([full], {("a", VCPU): 4}, zone="internet", emergency=True)


def test_a_pinned_department_is_served_by_its_clouds_alone() -> None:
    small, large = room("a", 10), room("b", 100)
    (found,) = place([group()], [small, large], ground(pinned=frozenset({"a"})))
    assert found.cloud == "a"
    assert "b: the department is pinned elsewhere" in said(found)
    with pytest.raises(PoolExhausted):
        chosen([small, large], {("a", VCPU): 9}, pinned=frozenset({"a"}))
    with pytest.raises(Invalid, match="pinned to c") as caught:
        chosen([small, large], pinned=frozenset({"c"}))
    assert caught.value.field == "zone"


def test_what_exists_draws_its_items_whatever_the_pin() -> None:
    clouds = [room("a", 10), room("b", 100)]
    assert chosen(clouds, stands=frozenset({"a"}), pinned=frozenset({"b"})) == "a"
    with pytest.raises(Invalid, match="several clouds: a, b"):
        chosen(clouds, stands=frozenset({"a", "b"}))


def test_a_release_is_possible_wherever_it_stands() -> None:
    """Nothing new is built: neither the zone nor the level nor a retired cloud is in its way."""
    gone = room("a", 0, retired=True, zones=frozenset({"internet"}), max_mlps_level=1)
    assert chosen([gone], growth=Demand(), stands=frozenset({"a"}), new=False) == "a"
    with pytest.raises(PoolExhausted):
        chosen([gone], growth=vcpu(1), stands=frozenset({"a"}), new=False)


def test_a_cloud_where_the_quota_suffices_comes_before_one_with_more_room() -> None:
    clouds = [room("a", 10), room("b", 100)]
    left = {("a", VCPU): 4, ("a", Dimension.SERVERS): 1, ("b", VCPU): 3, ("b", Dimension.SERVERS): 9}
    (found,) = place([group()], clouds, ground(quota=left))
    assert found.cloud == "a"
    assert "b: the department's quota is 1 vcpu short" in said(found)
    assert chosen(clouds, quota={("a", VCPU): 3}) == "b", "with quota nowhere the room decides, and the ledger refuses"


def test_an_order_stays_together_where_it_can() -> None:
    groups = [group(number, growth=vcpu(4)) for number in range(3)]
    assert homes(groups, [room("a", 20), room("b", 13)]) == ["a", "a", "a"]
    assert homes(groups, [room("a", 11), room("b", 12)]) == ["b", "b", "b"]


def test_an_order_is_split_where_no_cloud_takes_all_of_it() -> None:
    groups = [group(number, growth=vcpu(4)) for number in range(3)]
    found = homes(groups, [room("a", 8), room("b", 9)])
    assert Counter(found) == {"b": 2, "a": 1}
    with pytest.raises(PoolExhausted):
        homes(groups, [room("a", 7), room("b", 7)])


def test_an_earlier_group_makes_room_for_a_later_one() -> None:
    """The first would like the roomier cloud, but the large second one fits nowhere else."""
    groups = [group(0, growth=vcpu(5)), group(1, growth=vcpu(20))]
    assert homes(groups, [room("a", 6), room("b", 24)]) == ["a", "b"]


def test_groups_that_stand_somewhere_are_placed_before_the_free_ones() -> None:
    stands = group(1, growth=vcpu(4), stands=frozenset({"a"}))
    assert homes([group(0, growth=vcpu(4)), stands], [room("a", 8), room("b", 8)]) == ["a", "a"]
    assert homes([group(0, growth=vcpu(4)), stands], [room("a", 7), room("b", 8)]) == ["b", "a"]


def test_the_members_of_a_pair_go_to_different_clouds() -> None:
    pair = [group(0, growth=vcpu(4), apart=frozenset({"db"})), group(1, growth=vcpu(4), apart=frozenset({"db"}))]
    found = place([*pair, group(2, growth=vcpu(1))], [room("a", 100), room("b", 10)], ground())
    assert [at.cloud for at in found] == ["a", "b", "a"]
    assert "a: has another member of db" in said(found[1])


def test_a_pair_is_kept_apart_even_where_the_first_wish_of_one_would_forbid_it() -> None:
    """Only a has room for the second, and a is what the first would choose."""
    pair = [group(0, growth=vcpu(2), apart=frozenset({"db"})), group(1, growth=vcpu(9), apart=frozenset({"db"}))]
    assert homes(pair, [room("a", 100), room("b", 4)]) == ["b", "a"]


def test_a_pair_that_cannot_be_kept_apart_is_told_so() -> None:
    pair = [group(number, apart=frozenset({"db"})) for number in range(2)]
    for found in place(pair, [room("a", 100), room("b", 3)], ground()):
        assert found.cloud == "a"
        assert said(found)[-2:] == [
            "db: its members share a: no other cloud may or can take one of them",
            "db: its servers on a go to different hosts, as far as there are enough",
        ]


def test_the_clouds_of_an_order_as_one_word() -> None:
    assert joined([]) is None
    places = [Placement(items=(number,), cloud=code) for number, code in enumerate("bab")]
    assert joined(places) == "a+b"
    assert joined(places[:1]) == "b"


@pytest.mark.parametrize("seed", range(200))
def test_no_cloud_is_ever_overfilled_and_one_state_has_one_answer(seed: int) -> None:
    dice = random.Random(seed)
    clouds = [room(code, dice.randint(5, 30), headroom_percent=dice.choice((0, 10, 25))) for code in "abc"]
    used = {(code, VCPU): dice.randint(0, 5) for code in "abc"}
    names = [frozenset({"p"}), frozenset({"q"}), frozenset[str]()]
    groups = [group(n, growth=vcpu(dice.randint(1, 8)), apart=dice.choice(names)) for n in range(dice.randint(1, 5))]
    known = ground(used=used)
    try:
        found = place(groups, clouds, known)
    except PoolExhausted:
        assert not _fits(groups, {at.code: _free(at, used) for at in clouds}), "refused although there is a way"
        return
    assert found == place(groups, list(reversed(clouds)), known)
    assert [at.items for at in found] == [one.items for one in groups]
    taken = Counter[str]()
    for one, at in zip(groups, found, strict=True):
        taken[at.cloud] += one.growth[VCPU]
    assert all(taken[at.code] <= max(0, _free(at, used)) for at in clouds)


@pytest.mark.parametrize("seed", range(100))
def test_a_pair_shares_a_cloud_only_where_it_must(seed: int) -> None:
    dice = random.Random(seed)
    clouds = [room(code, dice.randint(4, 12)) for code in "ab"]
    pair = [group(n, growth=vcpu(dice.randint(1, 8)), apart=frozenset({"db"})) for n in range(2)]
    first, second = (one.growth[VCPU] for one in pair)
    sizes = [at.capacity[VCPU] for at in clouds]
    apart = any(first <= one and second <= other for one, other in (sizes, sizes[::-1]))
    together = any(first + second <= size for size in sizes)
    if not apart and not together:
        with pytest.raises(PoolExhausted):
            homes(pair, clouds)
        return
    assert (len(set(homes(pair, clouds))) == 2) is apart


def _free(at: Cloud, used: dict[tuple[str, Dimension], int]) -> int:
    return (at.open_room(VCPU, "extranet", emergency=False) or 0) - used[at.code, VCPU]


def _fits(groups: list[Group], free: dict[str, int]) -> bool:
    """Whether there is any way at all, by trying all of them."""
    if not groups:
        return True
    amount = groups[0].growth[VCPU]
    return any(_fits(groups[1:], free | {code: left - amount}) for code, left in free.items() if left >= amount)


ADDRESS = {Capability.FLOATING_ADDRESS: 3}


def test_what_a_cloud_cannot_do_is_left_to_one_that_can() -> None:
    poor = cloud("a", kind=CloudKind.VSPHERE, external_network="out")
    (found,) = place([group(needs=ADDRESS)], [poor, cloud("b", external_network="out")], ground())
    assert found.cloud == "b"
    assert said(found)[0] == "a: has no floating addresses"


@pytest.mark.parametrize("stands", [frozenset[str](), frozenset({"a"})])
@pytest.mark.parametrize("new", [True, False])
def test_what_no_cloud_can_do_is_refused_with_field_and_way_out(stands: frozenset[str], new: bool) -> None:
    clouds = [cloud("a", kind=CloudKind.VSPHERE, external_network="out")]
    clouds += [cloud("b", external_network="out")] if stands else [cloud("b")]  # one without a network to take from
    if not stands and not new:
        stands = frozenset({"b"})
    with pytest.raises(Invalid, match="has floating addresses") as caught:
        place([group(needs=ADDRESS, stands=stands, new=new)], clouds, ground())
    assert caught.value.field == "items[3].server"
    assert caught.value.way_out


@pytest.mark.parametrize(("insisted", "words"), [(True, "or are not built"), (False, "as far as there are enough")])
def test_servers_of_a_pair_on_one_segment_are_told_of_their_hosts(insisted: bool, words: str) -> None:
    names = frozenset({"db"})
    pair = group(apart=names, united=names, insisted=names if insisted else frozenset())
    (found,) = place([pair], [cloud("a")], ground())
    assert said(found)[-1] == f"db: its servers on a go to different hosts, {words}"


def test_a_cloud_that_cannot_keep_servers_apart_takes_no_pair_that_insists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DECLARED, CloudKind.VSPHERE, frozenset())  # type: ignore[arg-type]  # read-only by its type
    names, plain = frozenset({"db"}), cloud("a", kind=CloudKind.VSPHERE)
    (found,) = place([group(apart=names, united=names)], [plain], ground())
    assert said(found)[-1] == "db: a cannot keep its servers on different hosts"
    insisting = group(1, apart=names, united=names, insisted=names, needs={Capability.ANTI_AFFINITY: 1})
    with pytest.raises(Invalid, match="keeps servers on different hosts") as caught:
        place([insisting], [plain], ground())
    assert caught.value.field == "items[1].separation"
