"""Daily histograms: what is kept of a day's points, and what quantiles come out of them.

Bins grow by a constant ratio, so that a quantile is within a constant share of the true one, whatever it is:

>>> scale = SCALES[Metric.CPU_PERCENT]
>>> round(scale.error, 3), scale.bin_of(42.0), round(scale.value_of(scale.bin_of(42.0)), 1)
(0.018, 191, 42.2)

Histograms of the same scale are added up, bin by bin; the quantile of the sum is that of all points. (The P95 of daily
P95s is not.) The middle of a bin stands for it: values that hardly change, as of memory, are then never off by more
than `error`, as they would be if we drew a line through the bin.

>>> quantile([0] * 191 + [95] + [0] * 9 + [5], 0.95, scale) == scale.value_of(191)
True
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import ceil, log
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from cloudctl.domain.metrics import DAY_S, Metric

BINS = 256
SLOT_S = 300
SLOTS = DAY_S // SLOT_S
"""Of each day is kept in which five minutes there were samples: late ones are added, and none counts twice."""
KEY_BYTES = 16


class Scale(msgspec.Struct, frozen=True):
    """Bin 0 is below `low`, bin 255 is whatever lies above the rest; each of the others is `ratio` times as wide."""

    low: float
    ratio: float

    @property
    def error(self) -> float:
        """By what share a value may differ from that of its bin, within the scale."""
        return (self.ratio - 1) / (self.ratio + 1)

    @property
    def high(self) -> float:
        """Where the last bin begins."""
        return self.low * self.ratio ** (BINS - 2)

    def bin_of(self, value: float) -> int:
        """The bin of a value that is not negative."""
        if value < self.low:
            return 0
        return min(BINS - 1, 1 + int(log(value / self.low) / log(self.ratio)))

    def value_of(self, bin_: int) -> float:
        """What stands for a bin: 0 for the first."""
        if bin_ == 0:
            return 0.0
        return 2 * self.low * self.ratio**bin_ / (1 + self.ratio)


SCALES: dict[Metric, Scale] = {
    Metric.CPU_PERCENT: Scale(0.05, 1.036),  # 0.05 to 398 %
    Metric.MEMORY_PERCENT: Scale(0.5, 1.022),  # 0.5 to 126 %
    Metric.DISK_KIB_S: Scale(0.1, 1.0752),  # 0.1 KiB/s to 10 GiB/s
    Metric.NETWORK_KIB_S: Scale(0.1, 1.0752),
}
SCALE = 1
"""The edition of SCALES: what is kept says by which one it was binned."""


def quantile(counts: Sequence[int], share: float, scale: Scale, most: float | None = None) -> float | None:
    """The value that at least `share` of the samples do not pass, `most` at the highest; None without samples."""
    wanted, passed = max(1, ceil(share * sum(counts))), 0
    for place, count in enumerate(counts):
        passed += count
        if passed >= wanted:
            value = scale.value_of(place)
            return value if most is None else min(value, most)
    return None


class Figures(NamedTuple):
    """What is kept of each subject of a roster, for one metric and day.

    In how many slots it was seen, by how many samples; their mean, their P95 (of the histogram) and their maximum. A
    subject without samples has zeros.
    """

    covered: array[int]
    samples: array[int]
    means: array[float]
    p95s: array[float]
    maxima: array[float]


_CODES = ("H", "I", "f", "f", "f")


def unpacked(content: bytes) -> Figures:
    """Figures as they are kept: one column after the other, little-endian."""
    widths = [array(code).itemsize for code in _CODES]
    rows, begin = len(content) // sum(widths), 0
    columns: list[array[Any]] = []
    for code, width in zip(_CODES, widths, strict=True):
        column = array(code)
        column.frombytes(content[begin : begin + rows * width])
        columns.append(column)
        begin += rows * width
    return Figures(*columns)


def roster(subjects: Sequence[UUID]) -> bytes:
    """Who the rows of a day are, in their order."""
    return b"".join(subject.bytes for subject in subjects)


def subjects_of(content: bytes) -> list[UUID]:
    """Who is on a roster."""
    return [UUID(bytes=content[place : place + KEY_BYTES]) for place in range(0, len(content), KEY_BYTES)]
