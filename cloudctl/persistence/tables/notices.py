"""The outbox of notices, and every attempt to send one."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, Table, Text, Uuid, false

from cloudctl.persistence.tables.base import created, index, key, keyed, metadata, refers, text
from cloudctl.persistence.types import Instant

notices = Table(
    "notices",
    metadata,
    key(),
    text("event", null=True),
    refers("account_id", "accounts", null=True),
    Column("channel", Text, nullable=False, server_default="mail"),
    text("recipient"),
    text("template"),
    keyed("params", dict[str, str]),
    refers("order_id", "orders", null=True),
    Column("digest", Boolean, nullable=False, server_default=false()),
    Column("folded_into", Uuid),
    text("state"),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("claimed_until", Instant),
    Column("failing_since", Instant),
    Column("sent_at", Instant),
    text("last_error", null=True),
    created(),
    index("state", "id"),
    index("order_id"),
    index("channel", "state", "due_at"),
    index("folded_into"),
    Index(None, "event", "account_id", "channel", unique=True),
)

notice_attempts = Table(
    "notice_attempts",
    metadata,
    key(),
    refers("notice_id", "notices"),
    Column("at", Instant, nullable=False),
    Column("seconds", Float, nullable=False),
    text("error", null=True),
    index("notice_id", "id"),
)
