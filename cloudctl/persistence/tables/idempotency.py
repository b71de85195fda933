"""Answers by Idempotency-Key: `fingerprint` digests the request, `answer` is sealed."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, LargeBinary, Table, Text, Uuid

from cloudctl.persistence.tables.base import created, index, metadata

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("account_id", Uuid, ForeignKey("accounts.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("answer", LargeBinary),
    created(),
    index("created_at"),
)
