"""Bands of utilisation (利用率区间): where a server's mean of the last 30 days lies, if enough of them is known.

>>> band_of(Metric.CPU_PERCENT, 12.0, 0.95), band_of(Metric.CPU_PERCENT, 12.0, 0.4)
(<Band.LOW: 'low'>, <Band.UNKNOWN: 'unknown'>)
"""

from __future__ import annotations

from enum import StrEnum

from cloudctl.domain.metrics import Metric

DAYS = 30
LEAST_COVERAGE = 0.8


class Band(StrEnum):
    """Below the lower mark, between, above the upper one; or nobody knows, which is not low."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"
    UNKNOWN = "unknown"


MARKS: dict[Metric, tuple[float, float]] = {
    Metric.CPU_PERCENT: (30.0, 50.0),
    Metric.MEMORY_PERCENT: (40.0, 70.0),
}
FIELDS: dict[str, Metric] = {"cpu_band": Metric.CPU_PERCENT, "memory_band": Metric.MEMORY_PERCENT}
"""What definitions of indicators call them."""


def band_of(metric: Metric, mean: float, coverage: float) -> Band:
    """The band of a mean in percent, of which `coverage` (0 to 1) is known."""
    if coverage < LEAST_COVERAGE:
        return Band.UNKNOWN
    low, high = MARKS[metric]
    return Band.LOW if mean < low else Band.HIGH if mean > high else Band.MIDDLE
