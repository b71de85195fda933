"""Metrics that stop, clocks that jump and counters that begin again under a case that runs: no wrong power-off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cloudctl.domain.metrics import begin_of
from cloudctl.domain.usage import Counters, UsageSample, packed
from cloudctl.domain.verdicts import VerdictState
from cloudctl.ports.context import platform
from cloudctl.services import readings, telemetry
from cloudctl.telemetry.clouds import Looked
from tests.faults.asked import Asked, asking
from tests.seeds import CLOUD
from tests.unit.telemetry.points import Playing

EVERY_S = 300
LOOKS = 289  # of a whole day, its end included


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    with asking(tmp_path) as made:
        yield made


def test_measured_idle_to_the_end_it_is_switched_off_and_backed_up(asked: Asked) -> None:
    """What the others are held against: without a fault the same days do switch it off."""
    asked.pass_by(29)
    asked.on()
    asked.pass_by(3)
    asked.work()
    asked.off()


@pytest.mark.parametrize("gap", [7, 9, 20])
def test_a_week_without_metrics_keeps_it_on_until_it_was_seen_again(asked: Asked, gap: int) -> None:
    """The owner's time runs out in the gap; the days that nobody measured are not idle days."""
    asked.pass_by(32 - gap)
    asked.pass_by(gap, measured=False)
    assert asked.case.state == "due"
    assert "oa-1" in str(asked.case.cause), "it says what it waits for"
    asked.work()
    asked.on()
    asked.scan()
    assert asked.verdicts()[-1].state is VerdictState.NO_DATA


def test_the_week_that_comes_late_and_was_idle_lets_it_go_on(asked: Asked) -> None:
    asked.pass_by(25)
    asked.pass_by(7, measured=False)
    asked.on()
    asked.tell_late(7, 0)
    asked.round()
    asked.work()
    asked.off()


def test_the_week_that_comes_late_and_was_busy_ends_the_case(asked: Asked) -> None:
    asked.pass_by(25)
    asked.pass_by(7, measured=False)
    asked.tell_late(7, 0, cpu=60.0, network_mib=900.0, logins=4)
    asked.round()
    asked.work()
    assert asked.case.state == "dismissed"
    assert "oa-1" in str(asked.case.cause)
    asked.on()


def test_a_clock_that_jumps_ahead_and_back_switches_nothing_off(asked: Asked) -> None:
    """Ahead, all terms are over at once, and nobody measured; back again, its owner has had no month."""
    asked.pass_by(2)
    asked.city.clock.move(days=120)
    for _ in range(3):
        asked.round()
        asked.work()
    asked.on()
    asked.city.clock.move(days=-120)
    for _ in range(5):
        asked.pass_by(5)
        asked.work()
        asked.on()


def test_a_clock_that_is_set_back_brings_nothing_forward(asked: Asked) -> None:
    asked.pass_by(3)
    due = asked.case.due_on
    asked.city.clock.move(days=-40)
    asked.round()
    asked.work()
    assert (asked.case.state, asked.case.due_on) == ("notified", due)
    asked.on()


@pytest.mark.parametrize(
    ("begins_again", "used_cpu", "stands"),
    [(2, 0.01, "notified"), (40, 0.01, "notified"), (0, 0.6, "dismissed")],
)
def test_counters_that_begin_again_are_no_use_and_counters_that_grow_are(
    asked: Asked, begins_again: int, used_cpu: float, stands: str
) -> None:
    """A cloud's counters of the last day, begun again so many times by restarts."""
    asked.pass_by(3)
    asked.city.clock.move(days=1)
    _look(asked, begins_again, used_cpu)
    ctx = asked.city.ctx
    source = Looked(asked.city.record, ctx.queries.usage, asked.city.clock, every_s=EVERY_S)
    playing = replace(ctx, metrics=Playing(source), limits=replace(ctx.limits, telemetry_back_days=1))
    assert readings.run_due(playing, platform("job:telemetry")) == 1
    (read,) = telemetry.reads(playing, asked.city.people["operator"], first=asked.last, last=asked.last)
    told = [params["count"] for _words, params in read.warnings]
    assert told == ([begins_again] if begins_again else [])
    assert read.invalid == 0
    days = telemetry.day_uses(ctx, [asked.subject], asked.last, asked.last)[asked.subject].days
    assert days[0].cpu_max == pytest.approx(used_cpu * 100, rel=0.05)
    asked.round()
    asked.work()
    assert asked.case.state == stands, asked.case.cause
    asked.on()


def _look(asked: Asked, begins_again: int, used_cpu: float) -> None:
    """A look every five minutes of the last day; the server's counters begin at nothing again at even distances."""
    native = asked.city.resource(asked.made["oa-1"].id).backend_id
    begin = begin_of(asked.last)
    restarts = {LOOKS * (number + 1) // (begins_again + 1) for number in range(begins_again)}
    cpu_s, sent = 900_000.0, 10**12  # it had run for long
    for number in range(LOOKS):
        at = begin + timedelta(seconds=number * EVERY_S)
        cpu_s, sent = (0.0, 0) if number in restarts else (cpu_s + used_cpu * EVERY_S, sent + int(1e7 * used_cpu))
        counted = Counters(
            server=native, at_s=at.timestamp(), steady_s=number * EVERY_S, cpu_s=cpu_s, network_bytes=sent
        )
        with asked.city.ctx.unit_of_work(platform("test")) as uow:
            uow.usage.add(UsageSample(cloud=CLOUD, at=at, servers=1, packed=packed([counted])))
