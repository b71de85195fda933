"""Opinions of the specialists."""

from __future__ import annotations

from sqlalchemy import Column, Table, Uuid

from cloudctl.domain.opinions import Specialist, Verdict
from cloudctl.persistence.tables.base import index, key, listed, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Word

opinions = Table(
    "opinions",
    metadata,
    key(),
    refers("order_id", "orders"),
    refers("department_id", "departments"),
    Column("specialist", Word(Specialist), nullable=False),
    text("state"),
    Column("verdict", Word(Verdict)),
    listed("conditions", list[str]),
    text("words"),
    Column("given_by", Uuid),
    text("giver", null=True),
    Column("given_at", Instant),
    Column("asked_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    version(),
    index("order_id"),
    index("state", "id"),
    index("department_id", "id"),
)
