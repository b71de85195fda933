"""Cases of listed supervision."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Table, Uuid

from cloudctl.domain.accounts import Role
from cloudctl.domain.cases import CaseOrigin
from cloudctl.domain.clocks import Colour
from cloudctl.domain.evidence import Subject
from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Word

cases = Table(
    "cases",
    metadata,
    key(),
    text("number", unique=True),
    refers("department_id", "departments"),
    Column("origin", Word(CaseOrigin), nullable=False),
    text("cause"),
    Column("subject_kind", Word(Subject)),
    Column("subject_id", Uuid),
    Column("role", Word(Role)),
    text("title"),
    text("reason"),
    text("state"),
    refers("opened_by", "accounts", null=True),
    Column("due_on", Date, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("card", Word(Colour)),
    text("proof", null=True),
    refers("proved_by", "accounts", null=True),
    Column("proved_for", Uuid),
    Column("proved_at", Instant),
    refers("closed_by", "accounts", null=True),
    Column("closed_at", Instant),
    text("closing", null=True),
    created(),
    version(),
    index("department_id", "id"),
    index("state", "due_at"),
    index("cause"),
)
