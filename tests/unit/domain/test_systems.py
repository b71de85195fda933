from __future__ import annotations

import pytest

from cloudctl.domain.errors import Invalid
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.systems import System
from tests.unit.domain.making import NOW


def system(level: int) -> System:
    return System(department_id=new_id(), code="oa", name="OA", mlps_level=level, created_at=NOW)


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_levels(level: int) -> None:
    assert system(level).mlps_level == level


@pytest.mark.parametrize("level", [0, 6, -1])
def test_anything_else_is_no_level(level: int) -> None:
    with pytest.raises(Invalid) as caught:
        system(level)
    assert caught.value.field == "mlps_level"
