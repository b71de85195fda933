"""Exemptions from policies."""

from __future__ import annotations

from sqlalchemy import Column, Date, Table

from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text, version
from cloudctl.persistence.types import Instant

exemptions = Table(
    "exemptions",
    metadata,
    key(),
    text("rule"),
    refers("department_id", "departments"),
    refers("system_id", "systems", null=True),
    text("reason"),
    refers("approved_by", "accounts"),
    Column("ends_on", Date, nullable=False),
    created(),
    Column("revoked_at", Instant),
    version(),
    index("department_id", "id"),
)
