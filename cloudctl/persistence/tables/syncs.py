"""Syncs of the clouds."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, Table

from cloudctl.domain.syncs import SyncMode
from cloudctl.persistence.tables.base import index, key, metadata, refers, text
from cloudctl.persistence.types import Instant, Json, Word

syncs = Table(
    "syncs",
    metadata,
    key(),
    text("cloud"),
    Column("mode", Word(SyncMode), nullable=False),
    text("state"),
    refers("asked_by", "accounts", null=True),
    Column("asked_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("objects", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("missing", Integer, nullable=False),
    Column("error", Json(dict[str, str])),
    text("cursor", null=True),
    Column("believed", Boolean, nullable=False),
    index("cloud", "id"),
    index("cloud", "state", "mode", "started_at"),
)
