"""Rates between two readings of counters: what they tell, and when they tell nothing."""

from __future__ import annotations

import msgspec
import pytest

from cloudctl.domain.metrics import Metric
from cloudctl.domain.usage import Counters, Lapse, packed, rates, unpacked

BEFORE = Counters(
    server="a",
    at_s=1_000.0,
    steady_s=50.0,
    vcpu=4,
    cpu_s=100.0,
    memory_percent=30.0,
    disk_bytes=1 << 20,
    network_bytes=4 << 20,
)
AFTER = msgspec.structs.replace(
    BEFORE,
    at_s=1_300.0,
    steady_s=350.0,
    cpu_s=220.0,
    memory_percent=50.0,
    disk_bytes=(1 << 20) + 300 * 2048,
    network_bytes=(4 << 20) + 300 * 512,
)


def after(**changes: object) -> Counters:
    return msgspec.structs.replace(AFTER, **changes)


def test_rates_are_of_all_processors_and_of_the_time_between():
    assert rates(BEFORE, AFTER, most_s=900) == {
        Metric.CPU_PERCENT: pytest.approx(10.0),
        Metric.DISK_KIB_S: pytest.approx(2.0),
        Metric.NETWORK_KIB_S: pytest.approx(0.5),
        Metric.MEMORY_PERCENT: 50.0,
    }


def test_what_is_not_told_has_no_rate():
    told = rates(BEFORE, after(disk_bytes=None, memory_percent=None), most_s=900)
    assert set(told) == {Metric.CPU_PERCENT, Metric.NETWORK_KIB_S}


@pytest.mark.parametrize("counter", ["cpu_s", "disk_bytes", "network_bytes"])
def test_counters_that_began_again_tell_nothing(counter):
    assert rates(BEFORE, after(**{counter: 1}), most_s=900) == Lapse("reset")


@pytest.mark.parametrize(
    "changes",
    [
        {"at_s": 1_000.0 + 300 + 3600},  # an hour forward in five minutes
        {"at_s": 1_000.0 - 3600},  # back
        {"at_s": 1_000.0},
        {"at_s": 1_010.0},  # set back while the look waited: ten seconds of the day, 300 of the other clock
        {"cpu_s": 100.0 + 300 * 4 * 2.5},  # more than its processors can do
    ],
)
def test_a_clock_that_jumped_tells_nothing(changes):
    assert rates(BEFORE, after(**changes), most_s=9_000) == Lapse("clock")


def test_readings_too_far_apart_tell_nothing():
    assert rates(BEFORE, after(at_s=2_000.0, steady_s=1_050.0), most_s=900) == Lapse("apart")


def test_after_a_start_of_the_machine_the_time_of_day_counts_alone():
    told = rates(BEFORE, after(steady_s=3.0), most_s=900)
    assert told[Metric.CPU_PERCENT] == pytest.approx(10.0)


def test_looks_are_packed_small_and_come_back():
    looks = [msgspec.structs.replace(BEFORE, server=f"8f0c{number:032x}") for number in range(1_000)]
    assert unpacked(packed(looks)) == looks
    assert len(packed(looks)) < 60_000
    assert unpacked(b"") == []
