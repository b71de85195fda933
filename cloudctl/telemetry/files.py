"""Points from Parquet and CSV files, read in batches: implements ports.metrics.PointFiles; and days of use out of them.

    for vm, days in read_days(Path("telemetry.parquet")).items(): ...

Memory is bounded by a batch, SPOOL bytes and one day of the file; a larger file is laid out in a temporary directory.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cloudctl.domain.errors import Invalid
from cloudctl.domain.histograms import SCALES
from cloudctl.domain.metrics import DAY_S, Metric, begin_of
from cloudctl.governance.zombies.days import DayUse
from cloudctl.ports.histograms import Tally
from cloudctl.ports.metrics import Match, Page, Series
from cloudctl.telemetry.binning import Cells, binned, quantiles
from cloudctl.telemetry.layouts import TS, VM, Layout, Rows, layout_of
from cloudctl.telemetry.spools import MOST_BYTES, Spool

BATCH = 262_144
BLOCK_BYTES = 16 * 1024 * 1024
USUAL_INTERVAL_S = 300
EPOCH = date(1970, 1, 1)
KIB_PER_MIB = 1024


class FilePoints:
    """See ports.metrics.PointFiles."""

    def open(self, path: Path) -> LaidOut:
        return LaidOut(path)


class LaidOut:
    """A file, read and laid out by days. See ports.metrics.PointFile."""

    def __init__(self, path: Path, *, needs: Collection[Metric] = (), most_bytes: int = MOST_BYTES) -> None:
        self.layout, batches = _opened(path, needs)
        self._spool = Spool(len(self.layout.metrics), most_bytes)
        self._rows: dict[str, int] = {}
        self.dropped = 0
        self._steps: list[int] = []
        try:
            for batch in batches():
                self._take(self.layout.rows(batch))
        except BaseException as error:
            self.close()
            if isinstance(error, pa.ArrowInvalid):
                raise _unreadable(error) from error
            raise
        if not self._spool.days:
            self.close()
            raise Invalid(
                "The file has no rows with a server and a time.", field=VM, way_out="Look whether it is the right file."
            )

    @property
    def names(self) -> Sequence[str]:
        return list(self._rows)

    @property
    def days(self) -> Sequence[date]:
        return [EPOCH + timedelta(days=day) for day in sorted(self._spool.days)]

    @property
    def interval_s(self) -> int:
        return int(np.median(self._steps)) if self._steps else USUAL_INTERVAL_S

    def columns(self, day: date) -> NDArray[np.void]:
        """A day's records: the row of the server in `names`, the second of the day, a value a metric."""
        return self._spool.day((day - EPOCH).days)

    def page(self, day: date, subjects: Mapping[str, UUID]) -> Page:
        records = self.columns(day)
        order = np.argsort(records["vm"], kind="stable")
        vm, at = records["vm"][order], records["second"][order].astype(np.int64) + int(begin_of(day).timestamp())
        values = records["values"][order]
        begins = np.flatnonzero(np.concatenate(([True], np.diff(vm) != 0)))
        names, series, unmatched = self.names, [], 0
        for begin, end in zip(begins, [*begins[1:], len(vm)], strict=True):
            subject = subjects.get(names[vm[begin]])
            if subject is None:
                unmatched += 1
                continue
            for place, metric in enumerate(self.layout.metrics):
                told = np.ascontiguousarray(values[begin:end, place])
                there = ~np.isnan(told)
                if there.any():
                    points: tuple[Any, Any] = (at[begin:end][there], told[there])
                    series.append(Series(subject, metric, points[0], points[1], Match.NATIVE))
        return Page(series=series, unmatched=unmatched)

    def close(self) -> None:
        self._spool.close()

    def _take(self, rows: Rows) -> None:
        mine = np.array([self._rows.setdefault(name, len(self._rows)) for name in rows.names], np.int32)
        vm = mine[rows.vm] if len(mine) else rows.vm
        self.dropped += rows.dropped
        self._spool.add(vm, rows.second, rows.values)
        if len(self._steps) < 50:
            self._steps += _steps(vm, rows.second)


def read_days(path: Path, *, needs: Collection[Metric] = ()) -> Mapping[str, list[DayUse]]:
    """The days of use of each server in a file, oldest first; raises Invalid naming the column that is wrong.

    With `needs`, a file without the columns of these metrics is refused. A day without samples is not among them.
    """
    with closing(LaidOut(path, needs=needs)) as file:
        names = file.names
        found: dict[str, list[DayUse]] = {name: [] for name in names}
        for day in file.days:
            records = file.columns(day)
            cells = {
                metric: binned(
                    records["vm"].astype(np.int64), records["second"].astype(np.int64),
                    np.ascontiguousarray(records["values"][:, place]),
                    size=len(names), scale=SCALES[metric], tally=Tally(),
                )
                for place, metric in enumerate(file.layout.metrics)
            }  # fmt: skip
            for name, use in zip(names, _uses(day, cells, len(names)), strict=True):
                if use is not None:
                    found[name].append(use)
    return found


def _uses(day: date, cells: Mapping[Metric, Cells], size: int) -> Iterator[DayUse | None]:
    """A day of each server, None without samples."""
    nothing: list[float | None] = [None] * size
    means = {metric: _told(cells[metric], cells[metric].means) if metric in cells else nothing for metric in SCALES}
    p95s = {metric: _p95s(cells[metric], metric) if metric in cells else nothing for metric in SCALES}
    cpu, network = Metric.CPU_PERCENT, Metric.NETWORK_KIB_S
    peaks = _told(cells[cpu], cells[cpu].maxima) if cpu in cells else nothing
    samples = np.max([of.samples for of in cells.values()], axis=0).tolist()
    for row, count in enumerate(samples):
        if not count:
            yield None
            continue
        yield DayUse(
            day=day,
            samples=count,
            cpu_percent=means[cpu][row],
            cpu_p95=p95s[cpu][row],
            cpu_max=peaks[row],
            memory_percent=means[Metric.MEMORY_PERCENT][row],
            disk_mib=per_day_mib(means[Metric.DISK_KIB_S][row]),
            network_mib=per_day_mib(means[network][row]),
            network_p95_kib_s=p95s[network][row],
        )


def per_day_mib(kib_s: float | None) -> float | None:
    """What a mean rate moves in a day."""
    return None if kib_s is None else kib_s * DAY_S / KIB_PER_MIB


def _told(cells: Cells, column: NDArray[np.float64]) -> list[float | None]:
    return [value if count else None for value, count in zip(column.tolist(), cells.samples.tolist(), strict=True)]


def _p95s(cells: Cells, metric: Metric) -> list[float | None]:
    return _told(cells, quantiles(cells.counts, 0.95, SCALES[metric], cells.maxima))


def _opened(path: Path, needs: Collection[Metric]) -> tuple[Layout, Callable[[], Iterator[pa.RecordBatch]]]:
    """The file's layout, and its batches; by its first bytes, whatever it is called."""
    try:
        with path.open("rb") as file:
            parquet = file.read(4) == b"PAR1"
    except OSError as error:
        raise Invalid(
            "The file {path} cannot be read: {error}.", field="file", path=str(path), error=error.strerror or "",
            way_out="Give the path of a Parquet or CSV file.",
        ) from error  # fmt: skip
    return _parquet(path, needs) if parquet else _csv(path, needs)


def _parquet(path: Path, needs: Collection[Metric]) -> tuple[Layout, Callable[[], Iterator[pa.RecordBatch]]]:
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(error) from error
    layout = layout_of(file.schema_arrow.names, needs)
    return layout, lambda: file.iter_batches(BATCH, columns=list(layout.columns))


def _csv(path: Path, needs: Collection[Metric]) -> tuple[Layout, Callable[[], Iterator[pa.RecordBatch]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            names = [name.strip() for name in next(csv.reader(file), [])]
    except (UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(error) from error
    layout = layout_of(names, needs)
    texts = {VM, TS, "metric"}
    types = {name: pa.string() if name in texts else pa.float64() for name in layout.columns}
    return layout, lambda: _csv_batches(path, names, layout, types)


def _csv_batches(path: Path, names: list[str], layout: Layout, types: dict[str, pa.DataType]) -> Iterator[Any]:
    reading = pa_csv.ReadOptions(block_size=BLOCK_BYTES, column_names=names, skip_rows=1, use_threads=False)
    wanted = pa_csv.ConvertOptions(column_types=types, include_columns=list(layout.columns), strings_can_be_null=True)
    try:
        with pa_csv.open_csv(path, reading, convert_options=wanted) as reader:
            yield from reader
    except pa.ArrowInvalid as error:
        if "Empty CSV" not in str(error):
            raise _unreadable(error, names) from error


def _unreadable(error: Exception, names: Sequence[str] = ()) -> Invalid:
    """What the reader says, with the name of the column where it has only its place."""
    said = str(error).splitlines()[0][:200]
    for place, name in enumerate(names):
        if f"column #{place}:" in said:
            return Invalid(
                "The column {column} cannot be read: {error}", field=name, column=name,
                error=said.partition(f"column #{place}:")[2].strip(),
                way_out="Give numbers with a point and without a unit; leave a cell empty for what is not known.",
            )  # fmt: skip
    return Invalid(
        "The file cannot be read: {error}", field="file", error=said, way_out="Give a Parquet or a CSV file in UTF-8."
    )


def _steps(vm: NDArray[np.int32], second: NDArray[np.int64]) -> list[int]:
    """Some of the steps between points of the same server."""
    order = np.lexsort((second, vm))
    steps, same = np.diff(second[order]), np.diff(vm[order]) == 0
    steps = steps[same & (steps > 0)]
    return [int(np.median(steps))] if len(steps) else []
