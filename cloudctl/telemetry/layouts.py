"""How files of points are laid out: wide, one column a measurement, or long, one row a metric; and errors that name it.

Wide: `vm, ts` (UTC) and any of `cpu_pct`, `mem_kb` with `mem_cap_kb`, `disk_r_kbs` with `disk_w_kbs`, `net_rx_kbs` with
`net_tx_kbs`. Long: `vm, ts, metric, value`, with the metrics' own names and units, and times that say their zone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cloudctl.domain.errors import Invalid
from cloudctl.domain.metrics import USE, Metric
from cloudctl.messages import mark

VM, TS, METRIC, VALUE = "vm", "ts", "metric", "value"
WIDE: dict[Metric, tuple[str, ...]] = {
    Metric.CPU_PERCENT: ("cpu_pct",),
    Metric.MEMORY_PERCENT: ("mem_kb", "mem_cap_kb"),
    Metric.DISK_KIB_S: ("disk_r_kbs", "disk_w_kbs"),
    Metric.NETWORK_KIB_S: ("net_rx_kbs", "net_tx_kbs"),
}
NO_NUMBER = mark("The column {column} has {value}, which is no number.")
NO_TIME = mark("The column {column} has {value}, which is no time.")
FORM = "Give vm, ts and cpu_pct, mem_kb with mem_cap_kb, disk_r_kbs with disk_w_kbs, net_rx_kbs with net_tx_kbs; \
or vm, ts, metric, value."
EARLIEST_S = 946_684_800  # 2000: what is earlier is a clock that was never set, or no seconds at all
LATEST_S = 4_102_444_800


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a file in columns: the names of the servers, and by row its server, epoch second and values.

    A value that is not there is NaN. `values` has a column for each of the layout's metrics.
    """

    names: Sequence[str]
    vm: NDArray[np.int32]
    second: NDArray[np.int64]
    values: NDArray[np.float64]
    dropped: int


@dataclass(frozen=True, slots=True)
class Layout:
    """What of a file is read: `metrics` in the order of the values' columns."""

    metrics: tuple[Metric, ...]
    columns: tuple[str, ...]
    long: bool

    def rows(self, batch: pa.RecordBatch) -> Rows:
        """A batch in columns; raises Invalid for a column of another type."""
        vm = batch.column(VM).dictionary_encode()
        known = pc.fill_null(vm.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)
        names = [_name(value) for value in vm.dictionary.to_pylist()]
        second = seconds(batch.column(TS), zoned=self.long)
        values = self._long(batch) if self.long else self._wide(batch)
        good = (known >= 0) & (second >= EARLIEST_S) & (second < LATEST_S)
        if good.all():
            return Rows(names, known, second, values, 0)
        return Rows(names, known[good], second[good], values[good], int(len(good) - np.count_nonzero(good)))

    def _wide(self, batch: pa.RecordBatch) -> NDArray[np.float64]:
        values = np.empty((batch.num_rows, len(self.metrics)))
        for place, metric in enumerate(self.metrics):
            first, *second = (numbers(batch.column(name), name) for name in WIDE[metric])
            if metric is Metric.MEMORY_PERCENT:
                with np.errstate(divide="ignore", invalid="ignore"):
                    values[:, place] = 100 * first / second[0]
            else:
                values[:, place] = first + second[0] if second else first
        return values

    def _long(self, batch: pa.RecordBatch) -> NDArray[np.float64]:
        metric = batch.column(METRIC).dictionary_encode()
        words = [str(word) for word in metric.dictionary.to_pylist()]
        unknown = [word for word in words if word not in USE]
        if unknown:
            raise Invalid(
                "The column metric has {word}, which is no metric with points.",
                field=METRIC,
                word=unknown[0],
                metrics=", ".join(USE),
                way_out="Use one of: {metrics}.",
            )  # fmt: skip
        places = np.array([self.metrics.index(Metric(word)) for word in words], np.int64)
        rows = pc.fill_null(metric.indices, -1).to_numpy(zero_copy_only=False)
        values = np.full((batch.num_rows, len(self.metrics)), np.nan)
        told = numbers(batch.column(VALUE), VALUE)
        there = np.flatnonzero(rows >= 0)
        values[there, places[rows[there]]] = told[there]
        return values


def layout_of(names: Sequence[str], needs: Collection[Metric] = ()) -> Layout:
    """By the names of the columns; raises Invalid naming the column that is missing."""
    here = set(names)
    for name in (VM, TS):
        if name not in here:
            raise _missing(name)
    if METRIC in here or VALUE in here:
        for name in (METRIC, VALUE):
            if name not in here:
                raise _missing(name)
        return Layout(USE, (VM, TS, METRIC, VALUE), long=True)
    metrics = []
    for metric, columns in WIDE.items():
        absent = [name for name in columns if name not in here]
        if not absent:
            metrics.append(metric)
        elif metric in needs or (len(absent) < len(columns) and metric is not Metric.MEMORY_PERCENT):
            raise _missing(absent[0])
    if not metrics:
        raise _missing("cpu_pct")
    return Layout(tuple(metrics), (VM, TS, *(name for metric in metrics for name in WIDE[metric])), long=False)


def numbers(column: pa.Array, name: str) -> NDArray[np.float64]:
    """A column of numbers, NaN for what is not there."""
    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type) or pa.types.is_null(column.type)):
        raise _wrong(NO_NUMBER, name, column)
    told: NDArray[np.float64] = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return told


def seconds(column: pa.Array, *, zoned: bool) -> NDArray[np.int64]:
    """Whole epoch seconds: of timestamps, of seconds, or of ISO 8601 text; -1 for what is not there.

    Without a zone a time is UTC where the format says so; with `zoned` it has to say it.
    """
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = _parsed(column)
    if pa.types.is_timestamp(column.type):
        if zoned and column.type.tz is None:
            raise Invalid(
                "The column ts has times without a time zone.",
                field=TS, way_out="Write them as 2026-11-01T08:00:00+08:00, or in UTC with a Z.",
            )  # fmt: skip
        micro = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64())
        return np.floor_divide(_whole(micro), 1_000_000)
    if pa.types.is_integer(column.type):
        found = _whole(column.cast(pa.int64()))
        if len(found) and found.max() >= LATEST_S:
            raise Invalid(
                "The column ts has {value}, which is no time in seconds.",
                field=TS, value=int(found.max()), way_out="Give epoch seconds, or ISO 8601 with a time zone.",
            )  # fmt: skip
        return found
    raise _wrong(NO_TIME, TS, column)


def _parsed(column: pa.Array) -> pa.Array:
    """Text as timestamps with or without a zone, or as seconds."""
    for kind in (pa.timestamp("us", "UTC"), pa.timestamp("us"), pa.int64()):
        try:
            return column.cast(kind)
        except pa.ArrowInvalid:
            continue
    raise _wrong(NO_TIME, TS, column)


def _whole(column: pa.Array) -> NDArray[np.int64]:
    found: NDArray[np.int64] = pc.fill_null(column, -1).to_numpy(zero_copy_only=False)
    return found


def _name(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _missing(name: str) -> Invalid:
    return Invalid("The file has no column {column}.", field=name, column=name, way_out=FORM)


def _wrong(message: str, name: str, column: pa.Array) -> Invalid:
    first = next((value for value in column.slice(0, 100).to_pylist() if value is not None), None)
    return Invalid(
        message,
        field=name, column=name, value=str(first)[:80],
        way_out="Give numbers as numbers, and times as timestamps, epoch seconds or ISO 8601 with a time zone.",
    )  # fmt: skip
