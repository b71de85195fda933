"""Information systems."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, Table

from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text, version
from cloudctl.persistence.types import Instant

systems = Table(
    "systems",
    metadata,
    key(),
    refers("department_id", "departments"),
    text("code", unique=True),
    text("name"),
    Column("mlps_level", Integer, nullable=False),
    text("classification", null=True),
    Column("xinchuang", Boolean, nullable=False),
    text("declared_by", null=True),
    Column("declared_at", Instant),
    created(),
    version(),
    index("department_id", "id"),
)
