"""Quiet hours, digests and a channel's pauses, by the clock on the wall in Asia/Shanghai."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudctl.domain.channels import FIRST_PAUSE, LONGEST_PAUSE, Channel, Digest, Preferences
from cloudctl.domain.identifiers import new_id

TEMPLATE = "order_approved"
CLOCKS = st.times().map(lambda at: at.strftime("%H:%M"))


def at(clock: str, day: int = 21) -> datetime:
    """That time of a November day in Asia/Shanghai, as the platform has it: in UTC."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def wants(**given: Any) -> Preferences:
    return Preferences(account_id=new_id(), **given)


@pytest.mark.parametrize(
    ("quiet", "now", "awake"),
    [
        (("22:00", "07:00"), at("21:59"), at("21:59")),
        (("22:00", "07:00"), at("22:00"), at("07:00", 22)),
        (("22:00", "07:00"), at("23:59"), at("07:00", 22)),
        (("22:00", "07:00"), at("00:00", 22), at("07:00", 22)),
        (("22:00", "07:00"), at("06:59", 22), at("07:00", 22)),
        (("22:00", "07:00"), at("07:00", 22), at("07:00", 22)),
        (("12:00", "14:30"), at("11:59"), at("11:59")),
        (("12:00", "14:30"), at("12:00"), at("14:30")),
        (("12:00", "14:30"), at("14:30"), at("14:30")),
        (("00:00", "08:00"), at("23:59"), at("23:59")),
        (("00:00", "08:00"), at("00:00"), at("08:00")),
        (("18:00", "00:00"), at("23:59"), at("00:00", 22)),
        ((None, None), at("03:00"), at("03:00")),
    ],
)
def test_quiet_hours_also_over_midnight(quiet: tuple[str | None, str | None], now: datetime, awake: datetime) -> None:
    person = wants(quiet_from=quiet[0], quiet_to=quiet[1])
    assert person.awake(now) == awake
    assert person.planned(now, TEMPLATE) == (awake, False)
    assert person.planned(now, "order_attention") == (now, False)


@given(begin=CLOCKS, end=CLOCKS, minutes=st.integers(0, 3000))
def test_who_is_awake_is_not_put_off_and_nobody_for_more_than_a_day(begin: str, end: str, minutes: int) -> None:
    person = wants(quiet_from=begin, quiet_to=end if end != begin else None)
    now = at("00:00") + timedelta(minutes=minutes)
    awake = person.awake(now)
    assert now <= awake < now + timedelta(days=1)
    assert person.awake(awake) == awake


@pytest.mark.parametrize(
    ("digest", "now", "due"),
    [
        (Digest.HOURLY, at("09:00"), at("10:00")),
        (Digest.HOURLY, at("23:59"), at("00:00", 22)),
        (Digest.DAILY, at("08:29"), at("08:30")),
        (Digest.DAILY, at("08:30"), at("08:30")),
        (Digest.DAILY, at("08:31"), at("08:30", 22)),
    ],
)
def test_a_digest_waits_for_its_time(digest: Digest, now: datetime, due: datetime) -> None:
    assert wants(digest=digest).planned(now, TEMPLATE) == (due, True)
    assert wants(digest=digest).planned(now, "order_attention") == (now, False)


def test_a_digest_in_quiet_hours_waits_for_their_end() -> None:
    person = wants(digest=Digest.HOURLY, quiet_from="22:00", quiet_to="07:00")
    assert person.planned(at("21:30"), TEMPLATE) == (at("07:00", 22), True)


def test_only_what_may_be_done_without_can_be_muted() -> None:
    person = wants(muted=["order_delivered", "order_rejected"])
    assert [person.wants(template) for template in ("order_delivered", "order_rejected", "new")] == [False, True, True]


def test_a_channel_that_fails_is_tried_by_one_after_growing_pauses() -> None:
    channel, now, pauses = Channel(name="mail"), at("09:00"), []
    assert channel.room(now, 20) == 20
    for _ in range(8):
        channel.down(now, "refused")
        assert channel.room(now, 20) == 0
        assert channel.paused_until is not None
        pauses.append(channel.paused_until - now)
        now = channel.paused_until
        assert channel.room(now, 20) == 1
    assert pauses == [min(FIRST_PAUSE * 2**number, LONGEST_PAUSE) for number in range(8)]
    assert channel.failing_since == at("09:00")
    channel.well()
    assert (channel.room(now, 20), channel.failing_since, channel.last_error) == (20, None, None)
