from __future__ import annotations

import pytest

from cloudctl.domain.retention import RetentionRule

RULE = RetentionRule(days=14, by_zone={"internet": 21, "short": 3}, by_mlps={3: 30, 4: 60})


@pytest.mark.parametrize(
    ("zone", "level", "days"),
    [("extranet", 1, 14), ("extranet", 3, 30), ("extranet", 5, 60), ("internet", 2, 21), ("internet", 3, 30)],
)
def test_of_the_days_that_apply_the_most_count(zone: str, level: int, days: int) -> None:
    assert RULE.days_for(zone, level) == days


def test_no_line_shortens_another() -> None:
    assert RULE.days_for("short", 1) == 14
