"""Exemptions from the zombie policy."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, Table, Uuid

from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text, version
from cloudctl.persistence.types import Instant

zombie_exemptions = Table(
    "zombie_exemptions",
    metadata,
    key(),
    refers("system_id", "systems"),
    refers("department_id", "departments"),
    text("reason"),
    Column("ends_on", Date, nullable=False),
    text("state"),
    refers("renews_id", "zombie_exemptions", null=True),
    Column("renewal", Integer, nullable=False),
    refers("asked_by", "accounts"),
    Column("asked_for", Uuid),
    refers("decided_by", "accounts", null=True),
    Column("decided_for", Uuid),
    Column("decided_at", Instant),
    Column("ended_at", Instant),
    text("answer", null=True),
    created(),
    version(),
    index("system_id", "id"),
    index("department_id", "id"),
    index("state"),
)
