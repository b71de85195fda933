"""How channels do, and what people want of them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text, Uuid

from cloudctl.domain.channels import Digest
from cloudctl.persistence.tables.base import listed, metadata, text, version
from cloudctl.persistence.types import Instant, Word

channels = Table(
    "channels",
    metadata,
    Column("name", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Instant),
    Column("paused_until", Instant),
    text("last_error", null=True),
)

preferences = Table(
    "preferences",
    metadata,
    Column("account_id", Uuid, ForeignKey("accounts.id"), primary_key=True),
    listed("channels", list[str]),
    Column("addresses", LargeBinary),
    listed("addressed", list[str]),
    text("quiet_from", null=True),
    text("quiet_to", null=True),
    Column("digest", Word(Digest), nullable=False),
    text("digest_at"),
    listed("muted", list[str]),
    version(),
)
