"""What systems and servers are for, as their departments declared it; only ever added."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Table, Uuid

from cloudctl.domain.purposes import Purpose
from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text
from cloudctl.persistence.types import Word

purposes = Table(
    "purposes",
    metadata,
    key(),
    refers("system_id", "systems"),
    refers("server_id", "servers", null=True),
    refers("department_id", "departments"),
    Column("purpose", Word(Purpose), nullable=False),
    text("reason"),
    Column("suspected", Boolean, nullable=False),
    refers("declared_by", "accounts"),
    Column("for_account_id", Uuid),
    created(),
    index("system_id", "id"),
    index("department_id", "id"),
)
