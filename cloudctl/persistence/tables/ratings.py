"""Ratings of orders: at most one an order."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Table, Uuid

from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text, version
from cloudctl.persistence.types import Instant

ratings = Table(
    "ratings",
    metadata,
    key(),
    Column("order_id", Uuid, ForeignKey("orders.id"), nullable=False, unique=True),
    refers("department_id", "departments"),
    refers("rated_by", "accounts"),
    Column("mark", Integer, nullable=False),
    text("reason"),
    text("state"),
    Column("answer_due", Instant),
    text("answer", null=True),
    refers("answered_by", "accounts", null=True),
    Column("answered_at", Instant),
    created(),
    version(),
    index("department_id", "id"),
    index("state", "answer_due"),
    CheckConstraint("mark BETWEEN 1 AND 5", name="mark"),
)
