"""Information systems."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table

from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text, version

systems = Table(
    "systems",
    metadata,
    key(),
    refers("department_id", "departments"),
    text("code", unique=True),
    text("name"),
    Column("mlps_level", Integer, nullable=False),
    text("classification", null=True),
    created(),
    version(),
    index("department_id", "id"),
)
