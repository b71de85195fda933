"""Days added up: P50, P95, maximum and active days of every subject over a period, from its daily histograms.

One part after the other is added to a sum that stays, so memory does not grow with the days. Parts mostly share their
roster, and are then added as they are, without looking anybody up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from cloudctl.domain.histograms import BINS, KEY_BYTES, SCALES, SLOT_S
from cloudctl.domain.metrics import DAY_S, Metric
from cloudctl.ports.histograms import Spread, Stored
from cloudctl.telemetry.binning import Ints, quantiles
from cloudctl.telemetry.codecs import planes

SUM_MOST = 0xFFFF


def spreads(
    parts: Iterable[Stored], rosters: Mapping[bytes, bytes], marks: Mapping[Metric, float], days: int
) -> dict[Metric, dict[UUID, Spread]]:
    """See ports.histograms.Histograms.spreads. The parts come by metric and day."""
    crowd = Crowd(rosters)
    found = {}
    for metric, of_metric in groupby(parts, key=lambda part: part.metric):
        total = Sum(crowd, marks.get(metric, np.inf))
        for _, of_day in groupby(of_metric, key=lambda part: part.day):
            total.add(list(of_day))
        found[metric] = total.spreads(metric, days)
    return found


class Crowd:
    """Everybody on any roster, and where those of each roster are among them; None for all, in the same order."""

    def __init__(self, rosters: Mapping[bytes, bytes]) -> None:
        self.subjects = sorted({key for content in rosters.values() for key in _keys(content)})
        places = {key: place for place, key in enumerate(self.subjects)}
        whole = b"".join(self.subjects)
        self.ids = [UUID(bytes=key) for key in self.subjects]
        self.rows: dict[bytes, Ints | None] = {
            digest: None if content == whole else np.array([places[key] for key in _keys(content)], np.int64)
            for digest, content in rosters.items()
        }


@dataclass(slots=True)
class Columns:
    """The figures of a part, as columns that lie where they came from."""

    covered: Ints
    samples: NDArray[np.uint32]
    means: NDArray[np.float32]
    maxima: NDArray[np.float32]

    @classmethod
    def of(cls, content: bytes) -> Columns:
        rows = len(content) // 18
        return cls(
            np.frombuffer(content, "<u2", rows).astype(np.int64),
            np.frombuffer(content, "<u4", rows, 2 * rows),
            np.frombuffer(content, "<f4", rows, 6 * rows),
            np.frombuffer(content, "<f4", rows, 14 * rows),
        )


class Sum:
    """The histograms of one metric, added up."""

    def __init__(self, crowd: Crowd, mark: float) -> None:
        size = len(crowd.subjects)
        self.crowd, self.mark = crowd, mark
        self.counts: NDArray[np.unsignedinteger] = np.zeros(size * BINS, np.uint16)
        self.samples = np.zeros(size, np.int64)
        self.expected = np.zeros(size, np.int64)
        self.covered, self.days, self.active = (np.zeros(size, np.int64) for _ in range(3))
        self.maxima = np.zeros(size, np.float32)
        self.slots = 1
        self._heaviest = 0

    def add(self, parts: list[Stored]) -> None:
        """One day: where several sources know a subject, the one that saw more of it counts."""
        figures = [Columns.of(part.figures) for part in parts]
        best: Ints | None = None
        if len(parts) > 1:
            best = self._best(parts, figures)
        for place, (part, columns) in enumerate(zip(parts, figures, strict=True)):
            rows = self.crowd.rows[part.roster]
            mine = None if best is None else (best if rows is None else best[rows]) == place
            self._add(part, columns, rows, mine)

    def _best(self, parts: list[Stored], figures: list[Columns]) -> Ints:
        """By subject, which of the parts counts; of equals the first by the source's name."""
        best, seen = np.full(len(self.samples), -1), np.zeros(len(self.samples))
        for place in sorted(range(len(parts)), key=lambda place: parts[place].source):
            rows = self.crowd.rows[parts[place].roster]
            share = np.zeros(len(seen))
            share[slice(None) if rows is None else rows] = figures[place].covered * max(SLOT_S, parts[place].interval_s)
            better = share > seen
            best[better], seen[better] = place, share[better]
        return best

    def _add(self, part: Stored, columns: Columns, rows: Ints | None, mine: NDArray[np.bool_] | None) -> None:
        size = len(columns.samples)
        here: Ints | slice = slice(None) if rows is None else rows
        samples = columns.samples if mine is None else np.where(mine, columns.samples, 0)
        there = samples > 0
        self.samples[here] += samples
        self.covered[here] += np.where(there, columns.covered * max(1, part.interval_s // SLOT_S), 0)
        self.days[here] += there
        self.active[here] += there & (columns.means > self.mark)
        self.maxima[here] = np.maximum(self.maxima[here], np.where(there, columns.maxima, 0))
        if part.counts is None:
            return
        self._widen(int(columns.samples.max(initial=0)))
        low, places, more = planes(part.counts, size)
        if rows is None and mine is None:
            np.add(self.counts, low, out=self.counts)
            self.counts[places] += more.astype(self.counts.dtype)
            return
        full = low.astype(self.counts.dtype)
        full[places] += more.astype(self.counts.dtype)
        table = full.reshape(size, BINS)
        sums = self.counts.reshape(-1, BINS)
        if mine is not None:
            table[~mine] = 0
        if rows is None:
            np.add(sums, table, out=sums)
        else:
            sums[rows] += table

    def _widen(self, heaviest: int) -> None:
        """A sum of two bytes will do as long as all days together have no more samples than that."""
        self._heaviest += heaviest
        if self._heaviest > SUM_MOST and self.counts.dtype == np.uint16:
            self.counts = self.counts.astype(np.uint32)

    def spreads(self, metric: Metric, days: int) -> dict[UUID, Spread]:
        """Of everybody with samples."""
        known = np.flatnonzero(self.samples)
        counts, maxima, scale = self.counts.reshape(-1, BINS)[known], self.maxima[known].astype(float), SCALES[metric]
        slots = days * DAY_S // SLOT_S
        rows = zip(
            self.samples[known].tolist(),
            np.minimum(1.0, self.covered[known] / slots).tolist(),
            self.days[known].tolist(),
            self.active[known].tolist(),
            quantiles(counts, 0.5, scale, maxima).tolist(),
            quantiles(counts, 0.95, scale, maxima).tolist(),
            maxima.tolist(),
            strict=True,
        )
        ids = [self.crowd.ids[place] for place in known.tolist()]
        return {subject: Spread(*row) for subject, row in zip(ids, rows, strict=True)}


def _keys(content: bytes) -> list[bytes]:
    return [content[place : place + KEY_BYTES] for place in range(0, len(content), KEY_BYTES)]
