"""Points written as a Parquet file in the wide layout: what a monitoring system's export looks like."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cloudctl.domain.metrics import Metric
from cloudctl.telemetry.layouts import TS, VM, WIDE

COLUMNS = (VM, TS, *WIDE[Metric.CPU_PERCENT], *WIDE[Metric.NETWORK_KIB_S])
Point = tuple[str, datetime, float, float, float]
"""A server by the cloud's id or name, the time in UTC, CPU in percent, KiB/s in and out."""


def write_points(path: Path, points: Iterable[Point]) -> None:
    """Writes the file anew."""
    pq.write_table(pa.table(dict(zip(COLUMNS, zip(*points, strict=True), strict=True))), path)
