"""Rows laid out by days: in memory while they are few, else in a temporary directory with a file a day.

However a file is sorted, each of its days is then at hand as a whole, so that a duplicate is told wherever it stood.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from cloudctl.domain.metrics import DAY_S

MOST_BYTES = 384 * 1024 * 1024


class Spool:
    """Records of a server's row, its second of the day and `width` values, by day (days since 1970)."""

    def __init__(self, width: int, most_bytes: int = MOST_BYTES) -> None:
        self.kind = np.dtype([("vm", "<i4"), ("second", "<i4"), ("values", "<f8", (width,))])
        self._most = most_bytes
        self._here: dict[int, list[NDArray[np.void]]] = defaultdict(list)
        self._bytes = 0
        self._directory: TemporaryDirectory[str] | None = None
        self.days: set[int] = set()

    def add(self, vm: NDArray[np.int32], second: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        """Lays rows out; `second` is of the epoch."""
        day, within = np.divmod(second, DAY_S)
        if len(day) > 1 and np.any(np.diff(day) < 0):
            order = np.argsort(day, kind="stable")
            vm, day, within, values = vm[order], day[order], within[order], values[order]
        records = np.empty(len(vm), self.kind)
        records["vm"], records["second"], records["values"] = vm, within, values
        begins = np.flatnonzero(np.concatenate(([True], np.diff(day) != 0))) if len(day) else np.empty(0, np.int64)
        for begin, end in zip(begins, [*begins[1:], len(day)], strict=True):
            self._here[int(day[begin])].append(records[begin:end])
        self._bytes += records.nbytes
        self.days.update(self._here)
        if self._bytes > self._most:
            self._spill()

    def day(self, day: int) -> NDArray[np.void]:
        """All records of a day, in the order in which they came."""
        lots = list(self._here.get(day, ()))
        if self._directory is not None:
            path = Path(self._directory.name, str(day))
            if path.exists():
                lots.insert(0, np.fromfile(path, self.kind))
        return np.concatenate(lots) if lots else np.empty(0, self.kind)

    def close(self) -> None:
        """Gives the room back."""
        self._here.clear()
        if self._directory is not None:
            self._directory.cleanup()

    def _spill(self) -> None:
        if self._directory is None:
            self._directory = TemporaryDirectory(prefix="cloudctl-points-")
        for day, lots in self._here.items():
            with Path(self._directory.name, str(day)).open("ab") as file:
                file.writelines(lot.tobytes() for lot in lots)
        self._here.clear()
        self._bytes = 0
