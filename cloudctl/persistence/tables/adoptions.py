"""Rules of adoption, adoptions, and the objects that each takes."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, Table, Uuid

from cloudctl.domain.adoptions import Criterion
from cloudctl.domain.inventory import ObjectKind
from cloudctl.persistence.tables.base import created, index, key, keyed, listed, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Word

adoption_rules = Table(
    "adoption_rules",
    metadata,
    key(),
    text("code", unique=True),
    Column("priority", Integer, nullable=False),
    keyed("matches", dict[Criterion, str]),
    refers("department_id", "departments"),
    refers("system_id", "systems"),
    text("zone", null=True),
    Column("term_months", Integer, nullable=False),
    text("contact"),
    refers("created_by", "accounts"),
    created(),
    version(),
)

adoptions = Table(
    "adoptions",
    metadata,
    key(),
    text("number", unique=True),
    text("source"),
    listed("rules", list[str]),
    text("digest", null=True),
    listed("rejected", list[dict[str, object]]),
    refers("asked_by", "accounts"),
    text("state"),
    Column("attempt", Integer, nullable=False),
    text("last_error", null=True),
    created(),
    Column("ended_at", Instant),
    version(),
    index("state", "id"),
)

takings = Table(
    "takings",
    metadata,
    key(),
    refers("adoption_id", "adoptions"),
    Column("position", Integer, nullable=False),
    text("source"),
    Column("object_id", Uuid, nullable=False),
    text("cloud"),
    Column("kind", Word(ObjectKind), nullable=False),
    text("native_id"),
    text("tenant", null=True),
    text("name"),
    refers("department_id", "departments"),
    refers("system_id", "systems"),
    text("zone"),
    Column("expires_on", Date, nullable=False),
    text("contact"),
    Column("server_id", Uuid),
    Column("network_id", Uuid),
    keyed("booked", dict[str, int]),
    text("state"),
    text("note", null=True),
    index("adoption_id", "state", "position"),
    index("state"),
)
