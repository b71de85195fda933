from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cloudctl.domain.errors import Refused
from cloudctl.domain.syncs import Health, Rhythm, Standing, Sync, SyncMode

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
RHYTHM = Rhythm()


def ago(**by: float) -> datetime:
    return NOW - timedelta(**by)


@pytest.mark.parametrize(
    ("full_at", "latest_at", "incremental", "expected"),
    [
        (None, None, True, SyncMode.FULL),
        (None, ago(seconds=59), True, None),  # the last attempt failed: not at once again
        (None, ago(seconds=60), True, SyncMode.FULL),
        (ago(minutes=10), ago(seconds=30), True, None),
        (ago(minutes=10), ago(minutes=1), True, SyncMode.INCREMENTAL),
        (ago(minutes=10), ago(minutes=10), False, None),
        (ago(hours=1), ago(minutes=1), False, SyncMode.FULL),
        (ago(hours=1), ago(minutes=1), True, SyncMode.FULL),
    ],
)
def test_what_is_due(
    full_at: datetime | None, latest_at: datetime | None, incremental: bool, expected: SyncMode | None
) -> None:
    assert RHYTHM.due(NOW, full_at=full_at, latest_at=latest_at, incremental=incremental) is expected


@pytest.mark.parametrize(
    ("latest", "clean_at", "expected"),
    [
        (None, None, Health.NEVER),
        ("failed", None, Health.UNREACHABLE),
        ("failed", ago(minutes=1), Health.UNREACHABLE),
        ("partial", None, Health.STALE),
        ("partial", ago(minutes=1), Health.STALE),
        ("clean", ago(minutes=1), Health.FRESH),
        ("clean", ago(hours=2), Health.FRESH),
        ("clean", ago(hours=2, seconds=1), Health.STALE),
    ],
)
def test_health(latest: str | None, clean_at: datetime | None, expected: Health) -> None:
    standing = Standing(latest=latest, clean_at=clean_at)
    assert standing.health(NOW, RHYTHM.stale_after) is expected


def test_age_is_since_the_last_clean_one_began() -> None:
    assert Standing().age(NOW) is None
    assert Standing(latest="failed", clean_at=ago(hours=3)).age(NOW) == timedelta(hours=3)


def test_a_sync_ends_once_and_only_after_it_began() -> None:
    sync = Sync(cloud="a", mode=SyncMode.FULL, asked_at=NOW)
    with pytest.raises(Refused):
        sync.end("finish", NOW)
    sync.start(NOW)
    sync.end("break_off", NOW, {"en": "why"})
    assert (sync.state, sync.started_at, sync.ended_at, sync.error) == ("partial", NOW, NOW, {"en": "why"})
    with pytest.raises(Refused):
        sync.end("finish", NOW)


@pytest.mark.parametrize(
    ("seen", "expected", "short"),
    [(0, 19, False), (0, 20, True), (19, 39, True), (20, 40, False), (49, 100, True), (50, 100, False), (5, 0, False)],
)
def test_a_list_is_short_by_its_share_and_by_its_number(seen: int, expected: int, short: bool) -> None:
    assert Rhythm().is_short(seen, expected) is short
    assert not Rhythm(short_percent=0).is_short(seen, expected)
