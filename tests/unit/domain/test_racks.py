from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudctl.domain.errors import Invalid
from cloudctl.domain.racks import Occupant, Rack, crowding, fit, gaps, refuse_crowding, space

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def rack(code: str = "A01", units: int = 10, power_w: int | None = 1000, **fields: Any) -> Rack:
    return Rack(room_id=uuid4(), code=code, units=units, power_w=power_w, created_at=NOW, **fields)


def stands(first: int | None, units: int = 1, power_w: int = 0, name: str = "d") -> Occupant:
    return Occupant(uuid4(), uuid4(), name, first, units, power_w)


@pytest.mark.parametrize(
    ("occupants", "field"),
    [
        ([stands(10, 2)], "first_unit"),
        ([stands(0, 1)], "first_unit"),
        ([stands(1, 3), stands(3, 1)], "first_unit"),
        ([stands(None, 6), stands(None, 5)], "rack_id"),
        ([stands(1, 1, 600), stands(5, 1, 500)], "power_w"),
    ],
)
def test_what_does_not_fit_is_refused_naming_field_and_way_out(occupants: list[Occupant], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        refuse_crowding(rack(), occupants)
    assert caught.value.field == field
    assert caught.value.way_out
    assert str(caught.value)


def test_a_full_rack_is_not_crowded_and_watts_that_nobody_states_bound_nothing() -> None:
    full = [stands(1, 4, 500), stands(5, 6, 500)]
    assert list(crowding(rack(), full)) == []
    assert list(crowding(rack(power_w=None), [stands(1, 1, 10**6)])) == []


def test_two_on_one_unit_are_told_where_there_is_room() -> None:
    (fault,) = crowding(rack(), [stands(1, 3, name="old"), stands(3, 2, name="new")])
    assert str(fault) == "new and old both stand on unit 3 of rack A01."
    assert fault.params["free"] == "5-10"


def test_space_is_what_is_free_in_all_and_in_one_piece() -> None:
    assert space(rack(), [stands(4, 2, 300)]) == (8, 5, 700)
    assert space(rack(power_w=None), [stands(None, 8)]) == (2, 2, None)


def test_the_tightest_gap_is_taken_and_of_several_the_first_racks() -> None:
    wide, tight = rack("A01"), rack("B01")
    occupants = {tight.id: [stands(4, 4)]}
    berth = fit([tight, wide], occupants, units=3, power_w=100)
    assert berth is not None
    assert (berth.rack.code, berth.first_unit) == ("B01", 1)
    assert fit([tight, wide], occupants, units=11, power_w=0) is None
    assert fit([wide], {wide.id: [stands(1, 1, 950)]}, units=1, power_w=100) is None


def test_only_racks_of_the_zone_that_are_still_there_are_looked_at() -> None:
    core, gone = rack("A01", zone="core"), rack("A02", zone="shielded", gone_on=date(2026, 1, 1))
    assert fit([core, gone], {}, units=1, power_w=1, zone="shielded") is None
    assert fit([core, gone], {}, units=1, power_w=1, zone="core") is not None


@pytest.mark.parametrize(("units", "power_w"), [(0, None), (61, None), (42, -1)])
def test_a_rack_that_cannot_be(units: int, power_w: int | None) -> None:
    with pytest.raises(Invalid):
        rack(units=units, power_w=power_w).check()


heights = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 300)), max_size=40)


@given(heights, st.integers(1, 20), st.integers(1, 2000))
def test_what_is_fitted_in_one_after_the_other_never_crowds_and_fails_only_without_room(
    asks: list[tuple[int, int]], units: int, power_w: int
) -> None:
    racks = [rack(code, units, power_w) for code in ("A", "B")]
    occupants: dict[Any, list[Occupant]] = {entry.id: [] for entry in racks}
    for height, watts in asks:
        berth = fit(racks, occupants, units=height, power_w=watts)
        if berth is None:
            left = [space(entry, occupants[entry.id]) for entry in racks]
            assert all(free.largest < height or (free.power_w or 0) < watts for free in left)
            continue
        occupants[berth.rack.id].append(Occupant(uuid4(), berth.rack.id, "x", berth.first_unit, height, watts))
    for entry in racks:
        assert list(crowding(entry, occupants[entry.id])) == []
        taken = sum(occupant.units for occupant in occupants[entry.id])
        assert sum(run for _, run in gaps(entry, occupants[entry.id])) == units - taken
