"""The office's own days, and freeze windows."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Table

from cloudctl.domain.freezes import Bound
from cloudctl.persistence.tables.base import created, key, listed, metadata, refers, text, version
from cloudctl.persistence.types import Instant

calendar_days = Table(
    "calendar_days",
    metadata,
    key(),
    Column("day", Date, nullable=False, unique=True),
    Column("works", Boolean, nullable=False),
    text("words"),
    refers("set_by", "accounts"),
    created(),
    version(),
)

freezes = Table(
    "freezes",
    metadata,
    key(),
    text("name"),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    listed("binds", list[Bound]),
    listed("zones", list[str]),
    text("reason"),
    refers("created_by", "accounts"),
    created(),
    Column("cancelled_at", Instant),
    version(),
)
