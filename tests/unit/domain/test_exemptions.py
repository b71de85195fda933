from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cloudctl.domain.exemptions import Exemption
from cloudctl.domain.identifiers import new_id
from tests.unit.domain.making import NOW

DEPARTMENT, SYSTEM = new_id(), new_id()
END = date(2026, 6, 30)


def exemption(**fields: Any) -> Exemption:
    own = {"rule": "term-over-limit", "department_id": DEPARTMENT, "system_id": None, "reason": "x"}
    return Exemption(**{**own, "approved_by": new_id(), "ends_on": END, "created_at": NOW, **fields})


@pytest.mark.parametrize(
    ("given", "asked", "lifts"),
    [
        ({}, {}, True),
        ({}, {"today": END}, True),
        ({}, {"today": date(2026, 7, 1)}, False),
        ({}, {"rule": "quota-exceeded"}, False),
        ({}, {"department_id": new_id()}, False),
        ({"system_id": SYSTEM}, {}, True),
        ({"system_id": SYSTEM}, {"system_id": new_id()}, False),
        ({"system_id": SYSTEM}, {"system_id": None}, False),
        ({"revoked_at": NOW}, {}, False),
    ],
)
def test_what_it_lifts(given: dict[str, Any], asked: dict[str, Any], lifts: bool) -> None:
    question = {"rule": "term-over-limit", "department_id": DEPARTMENT, "system_id": SYSTEM, "today": date(2026, 3, 2)}
    assert exemption(**given).lifts(**{**question, **asked}) is lifts
