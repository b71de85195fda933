"""Scales of bins, and quantiles by the pure definition."""

from __future__ import annotations

from array import array
from uuid import UUID

import pytest

from cloudctl.domain.histograms import BINS, SCALES, quantile, roster, subjects_of, unpacked
from cloudctl.domain.metrics import USE, Metric


@pytest.mark.parametrize("metric", USE)
def test_every_value_within_a_scale_is_within_its_error(metric: Metric) -> None:
    scale, value = SCALES[metric], SCALES[metric].low
    while value < scale.high:
        assert abs(scale.value_of(scale.bin_of(value)) - value) <= scale.error * value * 1.0001, value
        value *= 1.0037
    assert scale.bin_of(scale.low * 0.99) == 0
    assert scale.value_of(0) == 0.0
    assert scale.bin_of(scale.high * 1000) == BINS - 1


def test_cpu_and_memory_are_told_within_two_percent() -> None:
    assert SCALES[Metric.CPU_PERCENT].error < 0.02
    assert SCALES[Metric.MEMORY_PERCENT].error < 0.02
    assert SCALES[Metric.CPU_PERCENT].high > 100


def test_bins_grow_and_never_overlap() -> None:
    scale = SCALES[Metric.CPU_PERCENT]
    values = [scale.value_of(place) for place in range(BINS)]
    assert values == sorted(set(values))
    assert [scale.bin_of(value) for value in values[1:-1]] == list(range(1, BINS - 1))


def test_a_quantile_is_the_least_that_so_many_do_not_pass() -> None:
    scale = SCALES[Metric.CPU_PERCENT]
    counts = [0] * BINS
    counts[10], counts[20] = 95, 5
    assert quantile(counts, 0.95, scale) == scale.value_of(10)
    assert quantile(counts, 0.951, scale) == scale.value_of(20)
    assert quantile(counts, 1.0, scale, most=0.01) == 0.01, "no more than the largest that was seen"
    assert quantile([0] * BINS, 0.95, scale) is None, "no data is no zero"


def test_rosters_and_figures_come_back() -> None:
    subjects = [UUID(int=number) for number in (3, 1, 2**127)]
    assert subjects_of(roster(subjects)) == subjects
    columns = (array("H", [288, 0]), array("I", [288, 0]), *(array("f", [1.5, 0.0]) for _ in range(3)))
    assert unpacked(b"".join(column.tobytes() for column in columns)) == columns
    assert unpacked(b"").samples == array("I")
