"""Progress lines; `seq` rises in the order of commits (see `unit_of_work`)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table

from cloudctl.persistence.tables.base import index, keyed, metadata, refers, text
from cloudctl.persistence.types import Instant

progress_lines = Table(
    "progress_lines",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    refers("order_id", "orders"),
    refers("department_id", "departments"),
    Column("at", Instant, nullable=False),
    text("state"),
    text("actor"),
    text("message"),
    keyed("params", dict[str, str]),
    text("reason", null=True),
    index("order_id", "seq"),
    sqlite_autoincrement=True,
)
