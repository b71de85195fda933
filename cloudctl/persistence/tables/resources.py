"""What the four tables of resources share.

A reference among them is checked at commit, because they are recorded in any order.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Date, Index, Integer, Table, Text, Uuid

from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text, version
from cloudctl.persistence.types import Instant


def resource_table(name: str, *columns: Column[Any] | Index) -> Table:
    """The table of one kind of resource: the shared columns, then the kind's own columns and indexes."""
    return Table(
        name,
        metadata,
        key(),
        refers("order_id", "orders", null=True),
        Column("item", Integer, nullable=False),
        refers("department_id", "departments"),
        refers("system_id", "systems", null=True),
        text("cloud"),
        text("zone"),
        text("name"),
        text("state"),
        text("backend_id", null=True),
        Column("expires_on", Date),
        Column("claimed_by", Uuid),
        Column("purge_after", Instant),
        Column("gone_at", Instant),
        Column("protected", Boolean, nullable=False),
        text("tenant", null=True),
        Column("adoption_id", Uuid),
        Column("contact", Text, nullable=False, server_default=""),
        created(),
        version(),
        *columns,
        index("created_at", "id"),
        index("department_id", "created_at", "id"),
        index("order_id"),
        index("claimed_by"),
        index("tenant"),
        index("adoption_id"),
        index("state", "created_at", "id"),
    )
