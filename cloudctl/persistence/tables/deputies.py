"""Deputies: who acts for whom, and when."""

from __future__ import annotations

from sqlalchemy import Column, Table

from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text, version
from cloudctl.persistence.types import Instant

deputies = Table(
    "deputies",
    metadata,
    key(),
    refers("principal_id", "accounts"),
    refers("deputy_id", "accounts"),
    refers("department_id", "departments", null=True),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    text("reason"),
    refers("appointed_by", "accounts", null=True),
    created(),
    Column("revoked_at", Instant),
    version(),
    index("principal_id"),
    index("deputy_id"),
    index("department_id", "id"),
)
