"""Official letters."""

from __future__ import annotations

from sqlalchemy import Column, Table, Uuid

from cloudctl.domain.letters import LetterKind
from cloudctl.persistence.tables.base import index, key, keyed, metadata, refers, text
from cloudctl.persistence.types import Instant, Word

letters = Table(
    "letters",
    metadata,
    key(),
    text("number", unique=True),
    Column("kind", Word(LetterKind), nullable=False),
    refers("order_id", "orders"),
    refers("department_id", "departments"),
    text("template"),
    keyed("title", dict[str, str]),
    keyed("content", dict[str, str]),
    Column("issued_by", Uuid),
    Column("issued_at", Instant, nullable=False),
    index("order_id"),
    index("department_id", "id"),
)
