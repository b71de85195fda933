"""Points into daily histograms and histograms into quantiles, with NumPy: implements ports.histograms.Histograms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import numpy as np

from cloudctl.domain.metrics import Metric
from cloudctl.ports.histograms import Spread, Stored
from cloudctl.telemetry import scans
from cloudctl.telemetry.readings import DayReading


class NumpyHistograms:
    """See ports.histograms.Histograms."""

    def reading(self, source: str, day: date, interval_s: int, now: datetime) -> DayReading:
        return DayReading(source, day, interval_s, now)

    def spreads(
        self, parts: Iterable[Stored], rosters: Mapping[bytes, bytes], marks: Mapping[Metric, float], days: int
    ) -> Mapping[Metric, Mapping[UUID, Spread]]:
        return scans.spreads(parts, rosters, marks, days)

    def quantiles(self, values: Sequence[float], shares: Sequence[float]) -> Sequence[float]:
        """By the same definition as domain.histograms.quantile: the smallest that `share` of them do not pass."""
        return [float(value) for value in np.quantile(np.asarray(values), shares, method="inverted_cdf")]
