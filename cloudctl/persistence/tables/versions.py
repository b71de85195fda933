"""Tables whose every version is kept.

    systems_versions = versioned(systems)

A versioned noun has `id` and `version`. Its versions have all its columns, and beside them from when (`since`) until
when (`until`, null: the present one) the row stood so, who made it so, in which request and why. They refer to nothing,
so that what they say outlives what they name.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text, Uuid

from cloudctl.persistence.tables.base import metadata
from cloudctl.persistence.types import Instant

KEY = ("id", "version")
VERSIONED: dict[Table, Table] = {}
"""Each such table, and the one with its versions."""


def versioned(table: Table) -> Table:
    """Declares that every version of `table`'s rows is kept; answers the table that keeps them."""
    name = f"{table.name}_versions"
    versions = Table(
        name,
        metadata,
        *(Column(c.name, c.type, nullable=c.nullable, primary_key=c.name in KEY) for c in table.columns),
        Column("since", Instant, nullable=False),
        Column("until", Instant),
        Column("by_id", Uuid),
        Column("by_name", Text, nullable=False),
        Column("request_id", Text, nullable=False),
        Column("reason", Text),
        Index(None, "since"),
    )
    VERSIONED[table] = versions
    return versions
