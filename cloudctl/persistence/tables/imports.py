"""Forms that were imported, known again by their digests."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, UniqueConstraint

from cloudctl.persistence.tables.base import created, key, listed, metadata, refers, text

imports = Table(
    "imports",
    metadata,
    key(),
    refers("department_id", "departments"),
    text("digest"),
    Column("turn", Integer, nullable=False),
    refers("account_id", "accounts"),
    listed("orders", list[str]),
    created(),
    UniqueConstraint("department_id", "digest", "turn"),
)
