"""The quota ledger: its accounts and its lines."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Table, UniqueConstraint

from cloudctl.domain.quotas import Dimension, EntryKind
from cloudctl.persistence.tables.base import index, key, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Word

quotas = Table(
    "quotas",
    metadata,
    key(),
    refers("department_id", "departments"),
    text("cloud"),
    text("zone"),
    Column("dimension", Word(Dimension), nullable=False),
    Column("limit", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("committed", BigInteger, nullable=False),
    Column("allotted", BigInteger, nullable=False, server_default="0"),
    version(),
    UniqueConstraint("department_id", "cloud", "zone", "dimension"),
    CheckConstraint("held >= 0", name="held"),
    CheckConstraint("committed >= 0", name="committed"),
)

quota_entries = Table(
    "quota_entries",
    metadata,
    key(),
    refers("quota_id", "quotas"),
    refers("order_id", "orders", null=True),
    Column("kind", Word(EntryKind), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    index("quota_id"),
    index("order_id"),
    CheckConstraint("amount > 0", name="amount"),
)
