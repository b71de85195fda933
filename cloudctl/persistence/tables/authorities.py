"""The platform's certificate authorities, whose keys are sealed, and what they signed, which is only ever added."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, UniqueConstraint, Uuid

from cloudctl.domain.authorities import AuthorityKind, Purpose
from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Json, Word

authorities = Table(
    "authorities",
    metadata,
    key(),
    Column("kind", Word(AuthorityKind), nullable=False),
    Column("number", Integer, nullable=False),
    text("public"),
    Column("sealed", LargeBinary, nullable=False),
    text("key_id"),
    Column("signs_from", Instant, nullable=False),
    Column("trusted_until", Instant),
    Column("ends_at", Instant),
    created(),
    version(),
    UniqueConstraint("kind", "number"),
)

certificates = Table(
    "certificates",
    metadata,
    key(),
    refers("authority_id", "authorities"),
    Column("kind", Word(AuthorityKind), nullable=False),
    Column("serial", BigInteger, nullable=False, unique=True),
    Column("purpose", Word(Purpose), nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("names", Json(tuple[str, ...]), nullable=False),
    Column("source_addresses", Json(tuple[str, ...]), nullable=False),
    text("fingerprint"),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    refers("issued_by", "accounts", null=True),
    created(),
    index("subject_id", "id"),
    index("ends_at"),
)
