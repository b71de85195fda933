"""Availability from runs of outcomes: what overlaps counts once, maintenance not at all, gaps neither way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cloudctl.domain.availability import Availability, Outcome, availability
from cloudctl.domain.checks import promise_of

DAY = datetime(2026, 11, 1, tzinfo=UTC)


def at(hours: float) -> datetime:
    return DAY + timedelta(hours=hours)


def of(*outcomes: tuple[bool, float, float], planned: tuple[tuple[float, float], ...] = ()) -> Availability:
    return availability(
        [Outcome(down, at(begun), at(until)) for down, begun, until in outcomes],
        [(at(begun), at(until)) for begun, until in planned],
        at(0),
        at(24),
    )


def test_checks_that_fail_together_are_down_once() -> None:
    found = of((False, 0, 10), (True, 10, 12), (False, 12, 24), (False, 0, 11), (True, 11, 13), (False, 13, 24))
    assert (found.measured_s, found.down_s) == (24 * 3600, 3 * 3600)
    assert found.basis_points == 8750


def test_maintenance_counts_neither_way() -> None:
    found = of((False, 0, 10), (True, 10, 14), (False, 14, 24), planned=((11, 13), (12, 14)))
    assert (found.planned_s, found.counted_s, found.down_s) == (3 * 3600, 21 * 3600, 3600)


def test_what_nobody_looked_at_counts_neither_way() -> None:
    found = of((False, 0, 6), (True, 20, 21))
    assert (found.measured_s, found.counted_s, found.down_s) == (7 * 3600, 7 * 3600, 3600)
    assert of().basis_points is None


def test_only_what_lies_inside_counts() -> None:
    found = of((True, -5, 1), (False, 1, 30), planned=((23, 40),))
    assert (found.measured_s, found.counted_s, found.down_s, found.planned_s) == (86400, 23 * 3600, 3600, 3600)


def test_a_department_is_the_sum() -> None:
    both = of((False, 0, 24)) + of((True, 0, 24))
    assert (both.counted_s, both.basis_points) == (2 * 86400, 5000)


def test_a_share_is_rounded_down_and_a_promise_up() -> None:
    almost = Availability(span_s=10**6, measured_s=10**6, planned_s=0, counted_s=10**6, down_s=1)
    assert almost.basis_points == 9999
    assert [promise_of(text) for text in ("99.5", "99.9", "99.95", "99.951")] == [9950, 9990, 9995, 9996]


@pytest.mark.parametrize("planned", [((0, 24),), ((-1, 30),)])
def test_nothing_counts_where_all_was_planned(planned: tuple[tuple[float, float], ...]) -> None:
    assert of((True, 0, 24), planned=planned).basis_points is None
