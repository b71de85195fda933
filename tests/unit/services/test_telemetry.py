"""Telemetry out of the store: the better source counts, scans, and candidates near a threshold from the points."""

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import timedelta

import pytest

from cloudctl.domain.errors import Unreachable
from cloudctl.domain.metrics import Metric, begin_of
from cloudctl.ports.metrics import Series
from cloudctl.services import readings, telemetry
from tests.seeds import CLOUD
from tests.unit.services.outside import Outside
from tests.unit.services.watching import JOB, Watched
from tests.unit.telemetry.points import Playing, Recorded, flat, series

CPU, NETWORK = Metric.CPU_PERCENT, Metric.NETWORK_KIB_S


@pytest.fixture
def watched(outside: Outside) -> Watched:
    made = Watched(outside)
    made.back_days = 6
    return made


def test_of_two_sources_the_one_that_saw_more_counts_metric_by_metric(watched: Watched) -> None:
    of, day = watched.targets[0].id, watched.day(1)
    second = Recorded(name="second", told=[series(of, flat(40.0), day=day)])
    watched.tell(1, cpu=10.0, count=100)
    watched.tell(1, cpu=3.0, metric=NETWORK)
    readings.run_due(replace(watched.ctx, metrics=Playing(watched.source, second)), JOB)
    use = telemetry.day_uses(watched.ctx, None, day, day)[of]
    assert use.sources == ("recorded", "second")
    assert (use.days[0].cpu_percent, use.days[0].samples) == (40.0, 288)
    assert use.days[0].network_mib == pytest.approx(3 * 86_400 / 1024)
    assert use.judged == 1.0


def test_a_scan_adds_days_up(watched: Watched) -> None:
    of = watched.targets[0].id
    watched.tell(1, 2, cpu=20.0)
    watched.tell(3, 4, cpu=2.0)
    watched.run()
    found = telemetry.scan(watched.ctx, watched.day(5), watched.day(1))
    spread = found[CPU][of]
    assert (spread.days, spread.active_days, spread.most, spread.covered) == (4, 2, 20.0, pytest.approx(0.8))
    assert spread.p95 == pytest.approx(20.0, rel=0.018)
    assert NETWORK not in found


@pytest.mark.parametrize(("cpu", "under"), [(4.99, True), (5.0, True), (5.01, False), (3.0, True), (9.0, False)])
def test_near_a_threshold_the_points_decide(watched: Watched, cpu: float, under: bool) -> None:
    of = watched.targets[0].id
    watched.tell(1, 2, 3, cpu=cpu)
    watched.run()
    asked = len(watched.source.asked)
    told = telemetry.under(watched.ctx, watched.day(3), watched.day(1), metric=CPU, share=0.95, threshold=5.0)
    assert told == {of: under}
    near = abs(cpu - 5.0) < 0.1
    assert watched.source.asked[asked:] == ([(watched.day(3), frozenset({of}))] if near else []), "candidates alone"


def test_where_no_source_gives_the_points_the_histogram_decides(watched: Watched) -> None:
    of = watched.targets[0].id
    watched.tell(1, cpu=4.95)
    watched.run()
    watched.source.breaks = Unreachable("gone", effect_unknown=False)
    first = watched.day(1)
    assert set(telemetry.under(watched.ctx, first, first, metric=CPU, share=0.95, threshold=5.0)) == {of}


def test_a_server_on_two_clouds_is_two_subjects(watched: Watched) -> None:
    server = watched.outside.server
    found = telemetry.subjects_in(watched.ctx, [server.id])
    (subject,) = found[server.id]
    assert subject in {target.id for target in watched.targets}
    assert all(target.cloud == CLOUD for target in watched.targets)


def test_points_that_come_twice_count_once_in_a_quantile(watched: Watched) -> None:
    of, day = watched.targets[0].id, watched.day(1)
    begin = int(begin_of(day).timestamp())
    doubled = Series(of, CPU, array("q", [begin, begin, begin + 300]), array("d", [1.0, 99.0, 2.0]))
    watched.source.told = [doubled]
    found = telemetry.from_points(watched.ctx, {of}, day, day + timedelta(days=0), metric=CPU, share=0.5)
    assert found == {of: 1.0}
