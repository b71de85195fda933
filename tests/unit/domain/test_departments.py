from __future__ import annotations

import pytest

from cloudctl.domain.departments import Department, Level
from cloudctl.domain.errors import Conflict, Invalid
from tests.unit.domain.making import NOW


@pytest.mark.parametrize("code", ["fgw", "dev-reform", "A1", "x"])
def test_codes(code: str) -> None:
    assert Department(code=code, name="n", level=Level.CITY, created_at=NOW).code == code


@pytest.mark.parametrize("code", ["", "-", "发改委", "a b", "a_b", "a/b"])
def test_anything_else_is_no_code(code: str) -> None:
    with pytest.raises(Invalid) as caught:
        Department(code=code, name="n", level=Level.CITY, created_at=NOW)
    assert caught.value.field == "code"


def unit(code: str, level: Level, above: Department | None = None) -> Department:
    made = Department(code=code, name=code, level=level, created_at=NOW)
    made.stand_below(above)
    return made


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("above", Level)
def test_a_unit_stands_below_its_own_level_or_an_upper_one(level: Level, above: Level) -> None:
    upper = unit("upper", above)
    order = list(Level)
    if order.index(above) <= order.index(level):
        assert unit("lower", level, upper).path.startswith(upper.path)
    else:
        with pytest.raises(Invalid) as caught:
            unit("lower", level, upper)
        assert caught.value.field == "parent_id"


def test_a_path_names_the_way_down() -> None:
    district = unit("qu", Level.DISTRICT)
    town = unit("zhen", Level.TOWNSHIP, district)
    village = unit("cun", Level.VILLAGE, town)
    assert village.line == [village.id, town.id, district.id]
    assert village.within(district)
    assert village.within(village)
    assert not district.within(village)
    village.stand_below(None)
    assert (village.parent_id, village.line) == (None, [village.id])


def test_there_are_no_loops() -> None:
    district = unit("qu", Level.DISTRICT)
    bureau = unit("ju", Level.DISTRICT, district)
    office = unit("suo", Level.DISTRICT, bureau)
    for below in (district, bureau, office):
        with pytest.raises(Invalid, match="below itself"):
            district.stand_below(below)
    assert (district.parent_id, district.line) == (None, [district.id])


def test_a_level_fits_between_what_is_above_and_below() -> None:
    district = unit("qu", Level.DISTRICT)
    town = unit("zhen", Level.TOWNSHIP, district)
    village = unit("cun", Level.VILLAGE, town)
    with pytest.raises(Invalid) as caught:
        town.rise_to(Level.CITY, district, [village])
    assert caught.value.field == "level"
    with pytest.raises(Invalid):
        district.rise_to(Level.VILLAGE, None, [town])
    town.rise_to(Level.DISTRICT, district, [village])
    assert town.level is Level.DISTRICT


def test_only_below_the_city_s_level_a_quota_is_shared_with_the_units() -> None:
    assert [unit("x", level).allots for level in Level] == [False, True, True, True]


def test_a_department_ends_once_and_not_into_itself() -> None:
    ended, successor = unit("fgw", Level.CITY), unit("gxj", Level.CITY)
    with pytest.raises(Invalid) as told:
        ended.retire(NOW, ended)
    assert (told.value.field, ended.retired_at) == ("into", None)
    ended.retire(NOW, successor)
    assert (ended.retired_at, ended.successor_id) == (NOW, successor.id)
    with pytest.raises(Conflict):
        ended.retire(NOW)
    assert ended.successor_id == successor.id
