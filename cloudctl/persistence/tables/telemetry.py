"""Telemetry: daily histograms, one row for all subjects that a source knows of a metric on a day; and what was read.

A row is never changed but for `replaced_at`: a day that is known better is another row, so the past can be recomputed
as it was known. `figures` stands before `counts`, and `counts` before `seen`: a scan reads no further than it needs.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy import text as sql

from cloudctl.domain.metrics import Metric
from cloudctl.domain.telemetry import ReadState
from cloudctl.persistence.tables.base import index, key, metadata, text
from cloudctl.persistence.types import Instant, Json, Word

telemetry_rosters = Table(
    "telemetry_rosters",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("subjects", LargeBinary, nullable=False),
)

telemetry_parts = Table(
    "telemetry_parts",
    metadata,
    key(),
    text("source"),
    Column("metric", Word(Metric), nullable=False),
    Column("day", Date, nullable=False),
    Column("interval_s", Integer, nullable=False),
    Column("scale", Integer, nullable=False),
    Column("roster", LargeBinary, nullable=False),
    Column("stored_at", Instant, nullable=False),
    Column("replaced_at", Instant),
    Column("figures", LargeBinary, nullable=False),
    Column("counts", LargeBinary),
    Column("seen", LargeBinary),
    index("metric", "day"),
    index("day"),
    Index(
        "uq_telemetry_parts_source",
        "source",
        "metric",
        "day",
        unique=True,
        sqlite_where=sql("replaced_at IS NULL"),
        postgresql_where=sql("replaced_at IS NULL"),
    ),
)

telemetry_dates = Table(
    "telemetry_dates",
    metadata,
    Column("subject_id", Uuid, primary_key=True),
    Column("metric", Word(Metric), primary_key=True),
    Column("on", Date, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("day", Date, nullable=False),
    Column("known_at", Instant, nullable=False),
)


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


telemetry_reads = Table(
    "telemetry_reads",
    metadata,
    Column("source", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    text("kind"),
    Column("simulated", Boolean, nullable=False),
    Column("state", Word(ReadState), nullable=False),
    Column("read_at", Instant, nullable=False),
    _count("targets"),
    _count("subjects"),
    _count("samples"),
    _count("doubled"),
    _count("outside"),
    _count("future"),
    _count("invalid"),
    _count("stored"),
    _count("unmatched"),
    Column("warnings", Json(list[tuple[str, dict[str, Any]]]), nullable=False),
    Column("error", Json(tuple[str, dict[str, Any]])),
    Column("afresh", Boolean, nullable=False),
)
