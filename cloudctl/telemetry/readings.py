"""A day of a source while it is read: implements ports.histograms.Reading.

Points wait until there are MOST of them, then go into cells. Within one such lot duplicates are told by their second;
of a later lot, and of what is stored, by the slot: what fell into five minutes that are known already is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from math import isfinite
from uuid import UUID

import numpy as np

from cloudctl.domain.histograms import SCALE, SCALES, SLOT_S, roster, subjects_of, unpacked
from cloudctl.domain.metrics import DAY_S, Metric, begin_of
from cloudctl.ports.histograms import Part, Tally
from cloudctl.ports.metrics import Daily, Page, Series
from cloudctl.telemetry.binning import Cells, Floats, Ints, binned, empty, quantiles
from cloudctl.telemetry.codecs import packed_counts, packed_seen, unpacked_counts, unpacked_seen

MOST = 4_000_000
SKEW_S = 300
"""So far ahead of ours a source's clock may be."""


@dataclass
class DayReading:
    """See the module's docstring."""

    source: str
    day: date
    interval_s: int
    now: datetime
    tally: Tally = field(default_factory=Tally)
    _rows: dict[UUID, int] = field(default_factory=dict)
    _waiting: dict[Metric, list[Series]] = field(default_factory=lambda: defaultdict(list))
    _points: int = 0
    _cells: dict[Metric, Cells] = field(default_factory=dict)
    _numbers: dict[Metric, dict[UUID, float]] = field(default_factory=lambda: defaultdict(dict))
    _changed: set[Metric] = field(default_factory=set)

    def add(self, page: Page) -> None:
        for series in page.series:
            if len(series.at):
                self._waiting[series.metric].append(series)
                self._points += len(series.at)
            if self._points >= MOST:
                self._settle()
        for daily in page.dailies:
            self._number(daily)

    def keep(self, part: Part) -> None:
        figures, subjects = unpacked(part.figures), subjects_of(part.roster)
        if part.counts is None or part.seen is None:
            known = zip(subjects, figures.covered, figures.means, strict=True)
            self._numbers[part.metric].update({subject: mean for subject, covered, mean in known if covered})
            return
        rows = self._rows_of(subjects)
        samples = np.frombuffer(figures.samples, np.uint32).astype(np.int64)
        means, maxima = (
            np.frombuffer(column, np.float32).astype(np.float64) for column in (figures.means, figures.maxima)
        )
        stored = Cells(
            samples, means * samples, maxima, unpacked_counts(part.counts, len(rows)),
            unpacked_seen(part.seen, len(rows)),
        )  # fmt: skip
        self._of(part.metric).add(stored, rows)

    def parts(self) -> Sequence[Part]:
        self._settle()
        return [self._part(metric) for metric in Metric if metric in self._changed]

    def _part(self, metric: Metric) -> Part:
        if metric in self._numbers:
            return self._activity(metric)
        cells = self._of(metric)
        subjects = sorted(self._rows)
        order = np.array([self._rows[subject] for subject in subjects])
        p95s = quantiles(cells.counts, 0.95, SCALES[metric], cells.maxima)
        return Part(
            source=self.source,
            metric=metric,
            day=self.day,
            interval_s=self.interval_s,
            scale=SCALE,
            roster=roster(subjects),
            figures=figures_of(cells, p95s, order),
            counts=packed_counts(cells.counts[order]),
            seen=packed_seen(cells.seen[order]),
        )

    def _activity(self, metric: Metric) -> Part:
        numbers = self._numbers[metric]
        subjects = sorted(numbers)
        values = np.array([numbers[subject] for subject in subjects])
        ones = np.ones(len(subjects), np.int64)
        return Part(
            source=self.source,
            metric=metric,
            day=self.day,
            interval_s=DAY_S,
            scale=SCALE,
            roster=roster(subjects),
            figures=columns(ones, ones, values, values, values),
        )

    def _number(self, daily: Daily) -> None:
        """A number that is told again is never made smaller by a source that forgot."""
        if daily.day != self.day:
            self.tally.outside += 1
        elif not (isfinite(daily.value) and daily.value >= 0):
            self.tally.invalid += 1
        else:
            known = self._numbers[daily.metric].get(daily.subject)
            if known is None or known < daily.value:
                self._numbers[daily.metric][daily.subject] = daily.value
                self._changed.add(daily.metric)
            self.tally.samples += known is None

    def _settle(self) -> None:
        """Puts the points that wait into cells."""
        waiting, self._waiting, self._points = self._waiting, defaultdict(list), 0
        for metric, series in waiting.items():
            first = metric not in self._cells
            row = np.repeat(self._rows_of([one.subject for one in series]), [len(one.at) for one in series])
            second = np.concatenate([np.frombuffer(one.at, np.int64) for one in series])
            value = np.concatenate([np.frombuffer(one.values, np.float64) for one in series])
            row, second, value = self._of_the_day(row, second, value)
            cells = self._of(metric)
            if not first:
                new = ~cells.seen[row, second // SLOT_S]
                self.tally.stored += len(new) - int(np.count_nonzero(new))
                row, second, value = row[new], second[new], value[new]
            fresh = binned(row, second, value, size=len(self._rows), scale=SCALES[metric], tally=self.tally)
            if fresh.samples.any():
                self._changed.add(metric)
                if first:
                    self._cells[metric] = fresh
                else:
                    cells.add(fresh)

    def _of_the_day(self, row: Ints, second: Ints, value: Floats) -> tuple[Ints, Ints, Floats]:
        second = second - int(begin_of(self.day).timestamp())
        inside = (second >= 0) & (second < DAY_S)
        ahead = second > self.now.timestamp() + SKEW_S - begin_of(self.day).timestamp()
        self.tally.future += int(np.count_nonzero(ahead))
        self.tally.outside += int(np.count_nonzero(~inside & ~ahead))
        good = inside & ~ahead
        return (row, second, value) if good.all() else (row[good], second[good], value[good])

    def _rows_of(self, subjects: Sequence[UUID]) -> Ints:
        rows = self._rows
        return np.array([rows.setdefault(subject, len(rows)) for subject in subjects], np.int64)

    def _of(self, metric: Metric) -> Cells:
        """The metric's cells, as many as there are subjects by now."""
        cells, size = self._cells.get(metric), len(self._rows)
        if cells is None or len(cells.samples) < size:
            wider = empty(size)
            if cells is not None:
                wider.add(cells, slice(len(cells.samples)))
            self._cells[metric] = cells = wider
        return cells


def figures_of(cells: Cells, p95s: Floats, order: Ints) -> bytes:
    """The figures of cells, in an order."""
    covered, samples = cells.covered[order], cells.samples[order]
    return columns(covered, samples, cells.means[order], p95s[order], cells.maxima[order])


def columns(covered: Ints, samples: Ints, means: Floats, p95s: Floats, maxima: Floats) -> bytes:
    """domain.histograms.Figures of columns, packed."""
    types = zip((covered, samples, means, p95s, maxima), ("<u2", "<u4", "<f4", "<f4", "<f4"), strict=True)
    return b"".join(column.astype(kind).tobytes() for column, kind in types)
