"""Indicators as they stood at the end of each day: only ever added."""

from __future__ import annotations

from sqlalchemy import Column, Date, Float, Integer, Table

from cloudctl.persistence.tables.base import index, key, metadata, text
from cloudctl.persistence.types import Instant, Json

indicator_snapshots = Table(
    "indicator_snapshots",
    metadata,
    key(),
    Column("day", Date, nullable=False),
    text("name"),
    Column("version", Integer, nullable=False),
    text("scope"),
    Column("numerator", Float),
    Column("denominator", Float),
    Column("claimed", Float),
    Column("excluded", Json(dict[str, int]), nullable=False),
    Column("seen_from", Instant),
    Column("seen_until", Instant),
    Column("taken_at", Instant, nullable=False),
    index("name", "scope", "day"),
    index("day"),
)
