"""What was seen of clouds' counters: one row a look, kept a little longer than its day is needed."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from cloudctl.persistence.tables.base import metadata, text
from cloudctl.persistence.types import Instant

usage_samples = Table(
    "usage_samples",
    metadata,
    Column("cloud", Text, primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("servers", Integer, nullable=False),
    Column("packed", LargeBinary, nullable=False),
    text("error", null=True),
)
