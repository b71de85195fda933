"""What the tables of the two kinds of fitting share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Date, Integer, Table

from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text, version


def fittings(name: str, *columns: Column[Any]) -> Table:
    """A table of one kind: what both have, and `columns`."""
    return Table(
        name,
        metadata,
        key(),
        text("number", unique=True),
        refers("department_id", "departments"),
        refers("system_id", "systems", null=True),
        refers("order_id", "orders", null=True),
        Column("item", Integer, nullable=False),
        text("name"),
        text("state"),
        Column("term_months", Integer, nullable=False),
        Column("from_on", Date),
        Column("until_on", Date),
        Column("ended_on", Date),
        text("note"),
        *columns,
        created(),
        version(),
        index("department_id", "created_at", "id"),
        index("created_at", "id"),
        index("order_id"),
    )
