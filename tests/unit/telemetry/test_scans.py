"""Days added up: the quantiles of the sum are those of all points, whatever the rosters and sources."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

import pytest

from cloudctl.domain.histograms import BINS, SCALES, quantile
from cloudctl.domain.metrics import Metric
from cloudctl.ports.histograms import Part, Spread, Stored
from cloudctl.telemetry.histograms import NumpyHistograms
from cloudctl.telemetry.readings import DayReading
from tests.unit.telemetry.points import DAY, NOW, page, series, subject

CPU = Metric.CPU_PERCENT
NUMPY = NumpyHistograms()


def part(day: date, told: dict[UUID, Sequence[float]], *, source: str = "test", step_s: int = 300) -> Part:
    reading = DayReading(source, day, step_s, NOW)
    reading.add(page(*(series(of, values, day=day, step_s=step_s) for of, values in told.items())))
    return reading.parts()[0]


def spreads(parts: list[Part], days: int, marks: dict[Metric, float] | None = None) -> dict[UUID, Spread]:
    stored, rosters = [], {}
    for one in sorted(parts, key=lambda one: (one.metric, one.day, one.source)):
        digest = sha256(one.roster).digest()
        rosters[digest] = one.roster
        stored.append(
            Stored(
                source=one.source, metric=one.metric, day=one.day, interval_s=one.interval_s, roster=digest,
                figures=one.figures, counts=one.counts,
            )
        )  # fmt: skip
    return dict(NUMPY.spreads(stored, rosters, marks or {CPU: 5.0}, days).get(CPU, {}))


@pytest.mark.parametrize("seed", range(5))
def test_quantiles_are_within_the_scale_s_error_of_the_points(seed: int) -> None:
    draw = random.Random(seed)
    of, points, parts = subject("a"), [], []
    for number in range(30):
        level = draw.uniform(0.2, 90)
        values = [min(100.0, max(0.06, draw.gauss(level, level / 4))) for _ in range(288)]
        points += values
        parts.append(part(DAY - timedelta(days=number), {of: values}))
    found = spreads(parts, 30)[of]
    exact = NUMPY.quantiles(points, [0.5, 0.95])
    error = SCALES[CPU].error * 1.0001
    assert found.p50 == pytest.approx(exact[0], rel=error)
    assert found.p95 == pytest.approx(exact[1], rel=error)
    assert found.most == pytest.approx(max(points), rel=1e-6)
    assert (found.samples, found.days, found.covered) == (30 * 288, 30, 1.0)


def test_the_pure_definition_says_the_same() -> None:
    draw, of = random.Random(7), subject("a")
    values = [draw.expovariate(0.1) for _ in range(288)]
    counts = [0] * BINS
    for value in values:
        counts[SCALES[CPU].bin_of(value)] += 1
    found = spreads([part(DAY, {of: values})], 1)[of]
    assert found.p95 == pytest.approx(quantile(counts, 0.95, SCALES[CPU], max(values)))
    assert found.p50 == pytest.approx(quantile(counts, 0.5, SCALES[CPU], max(values)))


def test_servers_come_and_go() -> None:
    a, b, c = (subject(name) for name in "abc")
    parts = [
        part(DAY, {a: [10.0] * 288, b: [1.0] * 288}),
        part(DAY - timedelta(days=1), {a: [10.0] * 288, c: [90.0] * 144}),
        part(DAY - timedelta(days=2), {c: [90.0] * 288}),
    ]
    found = spreads(parts, 3)
    assert {of: (one.days, one.active_days, one.samples) for of, one in found.items()} == {
        a: (2, 2, 576),
        b: (1, 0, 288),
        c: (2, 2, 432),
    }
    assert found[c].covered == pytest.approx(0.5)


def test_a_week_without_points_is_no_idle_week() -> None:
    of = subject("a")
    parts = [part(DAY - timedelta(days=n), {of: [30.0] * 288}) for n in range(30) if not 5 <= n < 12]
    found = spreads(parts, 30)[of]
    assert (found.days, found.active_days) == (23, 23)
    assert found.covered == pytest.approx(23 / 30)
    assert found.p50 == pytest.approx(30.0, rel=SCALES[CPU].error), "missing days are not zeros"


def test_of_two_sources_the_one_that_saw_more_counts() -> None:
    a, b = subject("a"), subject("b")
    parts = [
        part(DAY, {a: [10.0] * 100, b: [50.0] * 288}, source="first"),
        part(DAY, {a: [20.0] * 288}, source="second"),
    ]
    found = spreads(parts, 1)
    assert (found[a].samples, found[a].most) == (288, 20.0)
    assert found[b].samples == 288
    assert found[a].p50 == pytest.approx(20.0, rel=SCALES[CPU].error)
    assert found[b].p50 == pytest.approx(50.0, rel=SCALES[CPU].error)


def test_a_source_every_minute_for_long_does_not_overflow() -> None:
    of = subject("a")
    parts = [part(DAY - timedelta(days=n), {of: [50.0] * 1440}, step_s=60) for n in range(60)]
    found = spreads(parts, 60)[of]
    assert (found.samples, found.covered) == (86_400, 1.0)
    assert found.p95 == pytest.approx(50.0, rel=SCALES[CPU].error)


def test_an_hourly_source_covers_its_hours() -> None:
    of = subject("a")
    found = spreads([part(DAY, {of: [3.0] * 24}, step_s=3600)], 1)[of]
    assert (found.samples, found.covered) == (24, 1.0)


def test_nothing_stored_is_nothing_known() -> None:
    assert spreads([], 30) == {}
