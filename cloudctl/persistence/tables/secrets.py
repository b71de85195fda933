"""Secrets of hosts, systems and applications; the values are sealed."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, Table, UniqueConstraint, Uuid

from cloudctl.domain.secrets import SecretKind
from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Word

secrets = Table(
    "secrets",
    metadata,
    key(),
    Column("owner_kind", Word(SecretKind), nullable=False),
    Column("owner_id", Uuid, nullable=False),
    refers("department_id", "departments"),
    text("name"),
    Column("sealed", LargeBinary, nullable=False),
    text("key_id"),
    Column("generation", Integer, nullable=False),
    refers("set_by", "accounts", null=True),
    Column("set_at", Instant, nullable=False),
    Column("handed_at", Instant),
    created(),
    version(),
    UniqueConstraint("owner_id", "name"),
    index("department_id", "id"),
    index("key_id"),
)
