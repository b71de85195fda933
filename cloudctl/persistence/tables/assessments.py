"""What becomes of systems."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, Table, UniqueConstraint, Uuid

from cloudctl.domain.assessments import Disposition, Proposal
from cloudctl.persistence.tables.base import created, index, key, listed, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Word

assessments = Table(
    "assessments",
    metadata,
    key(),
    refers("system_id", "systems"),
    text("state"),
    Column("proposed", Word(Disposition)),
    listed("grounds", list[Proposal]),
    Column("proposed_at", Instant),
    Column("verdict", Word(Disposition)),
    text("why", null=True),
    Column("until_on", Date),
    refers("successor_id", "systems", null=True),
    Column("vcpu", Integer),
    Column("memory_mib", Integer),
    Column("decided_by", Uuid),
    Column("decided_at", Instant),
    Column("first_decided_at", Instant),
    created(),
    version(),
    UniqueConstraint("system_id"),
    index("state", "until_on"),
)
