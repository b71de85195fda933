"""The records of emergencies."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Table, UniqueConstraint, Uuid

from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text, version
from cloudctl.persistence.types import Instant

emergencies = Table(
    "emergencies",
    metadata,
    key(),
    text("number", unique=True),
    refers("order_id", "orders"),
    refers("department_id", "departments"),
    text("approver"),
    Column("approved_at", Instant, nullable=False),
    refers("noted_by", "accounts"),
    text("note"),
    Column("due_at", Instant, nullable=False),
    text("state"),
    Column("late", Boolean, nullable=False),
    text("document_number", null=True),
    Column("signed_by", Uuid),
    Column("signed_at", Instant),
    Column("closed_by", Uuid),
    Column("closed_at", Instant),
    created(),
    version(),
    UniqueConstraint("order_id"),
    index("department_id", "id"),
    index("state", "due_at"),
)
