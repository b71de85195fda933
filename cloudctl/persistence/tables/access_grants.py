"""Access grants."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Column, Date, Integer, Table, Uuid

from cloudctl.domain.access_grants import AccessLevel
from cloudctl.persistence.tables.base import created, index, key, listed, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Word

access_grants = Table(
    "access_grants",
    metadata,
    key(),
    refers("system_id", "systems"),
    refers("department_id", "departments"),
    refers("holder_id", "accounts", null=True),
    text("holder"),
    text("organisation", null=True),
    text("contract_number", null=True),
    Column("contract_ends_on", Date),
    text("public_key", null=True),
    Column("level", Word(AccessLevel), nullable=False),
    listed("servers", list[UUID]),
    listed("networks", list[str]),
    Column("ends_on", Date, nullable=False),
    text("reason"),
    text("state"),
    refers("asked_by", "accounts"),
    Column("asked_for", Uuid),
    refers("decided_by", "accounts", null=True),
    Column("decided_for", Uuid),
    Column("decided_at", Instant),
    text("answer", null=True),
    Column("ended_at", Instant),
    text("ended_because", null=True),
    Column("signed_at", Instant),
    Column("signed", Integer, nullable=False),
    created(),
    version(),
    index("department_id", "id"),
    index("system_id", "id"),
    index("holder_id"),
    index("state"),
)
