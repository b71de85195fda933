"""Evidence: only ever added."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Table, Uuid

from cloudctl.domain.evidence import EvidenceKind, Source, Subject
from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text
from cloudctl.persistence.types import Instant, Json, Word

evidence = Table(
    "evidence",
    metadata,
    key(),
    Column("subject_kind", Word(Subject), nullable=False),
    Column("subject_id", Uuid, nullable=False),
    refers("department_id", "departments"),
    Column("kind", Word(EvidenceKind), nullable=False),
    text("about"),
    Column("value", Json(dict[str, Any]), nullable=False),
    Column("holds", Boolean, nullable=False),
    Column("observed_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("source", Word(Source), nullable=False),
    refers("by", "accounts", null=True),
    Column("for_account_id", Uuid),
    text("name", null=True),
    text("media_type", null=True),
    Column("size_bytes", BigInteger),
    text("digest", null=True),
    created(),
    index("subject_id", "kind", "observed_at"),
    index("subject_kind", "created_at"),
    index("department_id", "id"),
    index("digest"),
)
