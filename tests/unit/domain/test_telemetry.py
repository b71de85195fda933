"""Which days of a source are to be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from cloudctl.domain.telemetry import DayRead, ReadState, days_to_read

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
DAY = date(2026, 11, 21)


def read(day: date, state: ReadState = ReadState.COMPLETE, *, ago: timedelta, targets: int = 1) -> DayRead:
    return DayRead(source="s", day=day, kind="k", simulated=False, state=state, read_at=NOW - ago, targets=targets)


def due(*reads: DayRead, now: datetime = NOW, back: int = 3, servers: int = 1) -> list[date]:
    known = {one.day: one for one in reads}
    return list(days_to_read(known, now, back_days=back, most=99, servers=lambda _: servers))


def test_days_that_ended_are_due_the_newest_first() -> None:
    assert due() == [DAY, DAY - timedelta(days=1), DAY - timedelta(days=2)]
    assert due(now=datetime(2026, 11, 22, 0, 14, tzinfo=UTC))[0] == DAY - timedelta(days=1)
    assert due(now=datetime(2026, 11, 22, 0, 15, tzinfo=UTC))[0] == DAY
    assert days_to_read({}, NOW, back_days=90, most=2, servers=lambda _: 1) == [DAY, DAY - timedelta(days=1)]


@pytest.mark.parametrize(
    ("state", "ago", "is_due"),
    [
        (ReadState.COMPLETE, timedelta(hours=5), False),
        (ReadState.PARTIAL, timedelta(minutes=59), False),
        (ReadState.PARTIAL, timedelta(minutes=60), True),
        (ReadState.FAILED, timedelta(minutes=60), True),
        (ReadState.ASKED, timedelta(0), True),
    ],
)
def test_what_was_not_read_well_is_read_again(state: ReadState, ago: timedelta, is_due: bool) -> None:
    assert due(read(DAY, state, ago=ago), back=1) == ([DAY] if is_due else [])


def test_a_day_is_read_once_more_for_what_came_late_and_then_no_more() -> None:
    early = read(DAY, ago=timedelta(hours=5))
    assert DAY not in due(early, now=NOW + timedelta(hours=41))
    assert DAY in due(early, now=NOW + timedelta(hours=43))
    late = replace(early, read_at=datetime(2026, 11, 24, 1, tzinfo=UTC))
    assert DAY not in due(late, now=NOW + timedelta(days=9), back=30)


def test_without_servers_nothing_is_due_and_with_new_ones_once_more() -> None:
    assert due(servers=0) == []
    one = read(DAY, ago=timedelta(hours=1), targets=1)
    assert due(one, back=1, servers=1) == []
    assert due(one, back=1, servers=2) == [DAY]
    assert due(replace(one, targets=2), back=1, servers=1) == []
