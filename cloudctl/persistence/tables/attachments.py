"""Attachments of orders."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table

from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text

attachments = Table(
    "attachments",
    metadata,
    key(),
    refers("order_id", "orders"),
    refers("department_id", "departments"),
    text("name"),
    text("media_type"),
    Column("size_bytes", BigInteger, nullable=False),
    text("digest"),
    text("document_number"),
    text("stamped_by"),
    refers("added_by", "accounts"),
    created(),
    index("order_id", "id"),
    index("department_id", "id"),
    index("digest"),
)
