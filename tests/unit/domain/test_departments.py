from __future__ import annotations

import pytest

from cloudctl.domain.departments import Department, Level
from cloudctl.domain.errors import Invalid
from tests.unit.domain.making import NOW


@pytest.mark.parametrize("code", ["fgw", "dev-reform", "A1", "x"])
def test_codes(code: str) -> None:
    assert Department(code=code, name="n", level=Level.CITY, created_at=NOW).code == code


@pytest.mark.parametrize("code", ["", "-", "发改委", "a b", "a_b", "a/b"])
def test_anything_else_is_no_code(code: str) -> None:
    with pytest.raises(Invalid) as caught:
        Department(code=code, name="n", level=Level.CITY, created_at=NOW)
    assert caught.value.field == "code"
