"""Returns of orders for correction, with every defect that was told."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Uuid

from cloudctl.domain.returns import Defect
from cloudctl.persistence.tables.base import index, key, keyed, listed, metadata, refers, text
from cloudctl.persistence.types import Instant

returns = Table(
    "returns",
    metadata,
    key(),
    refers("order_id", "orders"),
    refers("department_id", "departments"),
    Column("round", Integer, nullable=False),
    listed("defects", list[Defect]),
    keyed("digests", dict[str, str]),
    text("reason", null=True),
    Column("returned_by", Uuid),
    Column("returned_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    index("order_id", "round"),
)
