"""What zombie policies make of systems: scans, verdicts and the policies' texts; only ever added."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Integer, Table, UniqueConstraint, Uuid

from cloudctl.domain.purposes import Purpose
from cloudctl.domain.signals import Sign
from cloudctl.domain.verdicts import Judged, Rule, VerdictState
from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text
from cloudctl.persistence.types import Instant, Json, Word

zombie_scans = Table(
    "zombie_scans",
    metadata,
    key(),
    refers("department_id", "departments", null=True),
    Column("day", Date, nullable=False),
    text("policy"),
    Column("policy_version", Integer, nullable=False),
    text("policy_digest"),
    Column("systems", Integer, nullable=False),
    Column("states", Json(dict[str, int]), nullable=False),
    Column("changed", Integer, nullable=False),
    Column("began_at", Instant, nullable=False),
    created(),
    index("day"),
)

verdicts = Table(
    "verdicts",
    metadata,
    key(),
    refers("system_id", "systems"),
    refers("department_id", "departments"),
    Column("scan_id", Uuid, nullable=False),
    Column("day", Date, nullable=False),
    Column("at", Instant, nullable=False),
    Column("state", Word(VerdictState), nullable=False),
    Column("before", Word(VerdictState)),
    Column("rule", Word(Rule), nullable=False),
    Column("confidence", Integer, nullable=False),
    Column("purpose", Word(Purpose), nullable=False),
    Column("cleared", Boolean, nullable=False),
    Column("flagged", Boolean, nullable=False),
    Column("exempt_until", Date),
    Column("signs", Json(list[Sign]), nullable=False),
    Column("judged", Json(Judged), nullable=False),
    text("digest"),
    text("policy"),
    Column("policy_version", Integer, nullable=False),
    text("policy_digest"),
    created(),
    index("system_id", "day", "id"),
    index("department_id", "id"),
    index("scan_id"),
)

zombie_policies = Table(
    "zombie_policies",
    metadata,
    key(),
    text("name"),
    Column("version", Integer, nullable=False),
    text("digest"),
    text("body"),
    created(),
    UniqueConstraint("name", "version"),
)
