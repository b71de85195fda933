from __future__ import annotations

import pytest

from cloudctl.domain.reminders import stage


@pytest.mark.parametrize(
    ("days_left", "reached"),
    [(91, None), (90, 90), (31, 90), (30, 30), (1, 30), (0, 0), (-400, 0)],
)
def test_the_stage_that_is_reached(days_left: int, reached: int | None) -> None:
    assert stage(days_left) == reached
