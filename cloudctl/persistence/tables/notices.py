"""The outbox of notices."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table

from cloudctl.persistence.tables.base import created, index, key, keyed, metadata, refers, text
from cloudctl.persistence.types import Instant

notices = Table(
    "notices",
    metadata,
    key(),
    text("recipient"),
    text("template"),
    keyed("params", dict[str, str]),
    refers("order_id", "orders", null=True),
    text("state"),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("sent_at", Instant),
    text("last_error", null=True),
    created(),
    index("state", "id"),
    index("order_id"),
)
