"""Points into cells: a cell is one subject's day. All in columns; the one place that sorts, drops and counts points.

    cells = binned(cell, second, value, size=subjects * days, scale=SCALES[metric], tally=tally)

Duplicates, by subject and second, are dropped: the first of them stays. The mean is that of the day's samples, exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from cloudctl.domain.histograms import BINS, SLOT_S, SLOTS, Scale
from cloudctl.ports.histograms import Tally

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(slots=True)
class Cells:
    """Columns over cells: how many samples, their sum and maximum, the histogram and the slots that were seen."""

    samples: Ints
    sums: Floats
    maxima: Floats
    counts: NDArray[np.uint32]
    seen: NDArray[np.bool_]

    @property
    def covered(self) -> Ints:
        """How many slots have samples."""
        covered: Ints = self.seen.sum(axis=1, dtype=np.int64)
        return covered

    @property
    def means(self) -> Floats:
        """Zero without samples."""
        return self.sums / np.maximum(self.samples, 1)

    def add(self, other: Cells, rows: Ints | slice = slice(None)) -> None:
        """Adds other cells to these rows, of which none is named twice."""
        self.samples[rows] += other.samples
        self.sums[rows] += other.sums
        self.maxima[rows] = np.maximum(self.maxima[rows], other.maxima)
        self.counts[rows] += other.counts
        self.seen[rows] |= other.seen


def empty(size: int) -> Cells:
    """Cells that nothing is in."""
    return Cells(
        np.zeros(size, np.int64),
        np.zeros(size),
        np.zeros(size),
        np.zeros((size, BINS), np.uint32),
        np.zeros((size, SLOTS), bool),
    )


def bins_of(values: Floats, scale: Scale) -> Ints:
    """The bin of each value; the values are not negative."""
    with np.errstate(divide="ignore"):
        places = np.log(values * (1 / scale.low))
    places *= 1 / log(scale.ratio)
    np.floor(places, out=places)
    np.clip(places, -1, BINS - 2, out=places)
    return places.astype(np.int64) + 1


def sound(values: Floats) -> NDArray[np.bool_]:
    """Which values are samples: numbers, finite, not negative."""
    return (values >= 0) & (values < np.inf)


def in_order(cell: Ints, second: Ints) -> Ints | None:
    """Which points to take in which order, so that none of a cell comes twice; None for all as they are."""
    if len(cell) < 2:
        return None
    steps = np.diff(cell)
    later = np.diff(second) > 0
    if bool(np.all((steps > 0) | ((steps == 0) & later))):
        return None
    order = np.lexsort((second, cell))
    cell, second = cell[order], second[order]
    fresh = np.ones(len(order), bool)
    fresh[1:] = (np.diff(cell) != 0) | (np.diff(second) != 0)
    return order[fresh]


def binned(cell: Ints, second: Ints, value: Floats, *, size: int, scale: Scale, tally: Tally) -> Cells:
    """Points into cells; `second` is that of the day."""
    good = sound(value)
    if not good.all():
        tally.invalid += int(len(good) - np.count_nonzero(good))
        cell, second, value = cell[good], second[good], value[good]
    order = in_order(cell, second)
    if order is not None:
        tally.doubled += len(cell) - len(order)
        cell, second, value = cell[order], second[order], value[order]
    tally.samples += len(cell)
    found = empty(size)
    if not len(cell):
        return found
    found.samples = np.bincount(cell, minlength=size)
    found.sums = np.bincount(cell, value, minlength=size).astype(np.float64, copy=False)
    begins = np.flatnonzero(np.concatenate(([True], np.diff(cell) != 0)))
    found.maxima[cell[begins]] = np.maximum.reduceat(value, begins)
    flat = np.bincount(cell * BINS + bins_of(value, scale), minlength=size * BINS)
    found.counts = flat.astype(np.uint32).reshape(size, BINS)
    found.seen.reshape(-1)[cell * SLOTS + second // SLOT_S] = True
    return found


def quantiles(counts: NDArray[np.unsignedinteger], share: float, scale: Scale, most: Floats) -> Floats:
    """Of each row the value that at least `share` of its samples do not pass; 0 without samples."""
    passed = np.cumsum(counts, axis=1, dtype=np.uint32)
    wanted = np.maximum(np.ceil(share * passed[:, -1]), 1).astype(np.uint32)
    place = (passed < wanted[:, None]).sum(axis=1, dtype=np.int64)
    place[passed[:, -1] == 0] = 0
    told: Floats = np.minimum(middles(scale)[place], most)
    return told


def middles(scale: Scale) -> Floats:
    """What stands for each bin."""
    return np.array([scale.value_of(place) for place in range(BINS)])
