"""What is known of servers as hosts; the id is the server's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, Uuid

from cloudctl.persistence.tables.base import created, index, keyed, listed, metadata, text, version
from cloudctl.persistence.types import Instant

hosts = Table(
    "hosts",
    metadata,
    Column("id", Uuid, ForeignKey("servers.id"), primary_key=True),
    text("address", null=True),
    Column("ssh_port", Integer, nullable=False),
    text("account"),
    text("os_family", null=True),
    text("os_name", null=True),
    listed("roles", list[str]),
    Column("shared", Boolean, nullable=False),
    text("ring", null=True),
    text("host_key", null=True),
    Column("enrolled_at", Instant),
    Column("seen_at", Instant),
    Column("quarantined_at", Instant),
    text("quarantined_because", null=True),
    keyed("facts", dict[str, Any]),
    created(),
    version(),
    index("shared"),
)
