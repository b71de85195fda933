"""Shadow systems, their turns and the sweeps that show them; turns and sweeps are only ever added."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Date, Integer, Table, Uuid

from cloudctl.domain.shadows import ShadowAct, ShadowKind, ShadowSubject
from cloudctl.domain.sweeps import SweepKind
from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Json, Word

shadows = Table(
    "shadows",
    metadata,
    key(),
    Column("kind", Word(ShadowKind), nullable=False),
    Column("subject", Word(ShadowSubject), nullable=False),
    text("subject_key"),
    text("name"),
    text("cloud", null=True),
    refers("department_id", "departments", null=True),
    Column("object_id", Uuid),
    Column("resource_id", Uuid),
    Column("finding_id", Uuid),
    refers("system_id", "systems", null=True),
    refers("other_id", "systems", null=True),
    Column("facts", Json(dict[str, Any]), nullable=False),
    Column("evidence", Json(dict[str, Any]), nullable=False),
    text("mark"),
    Column("words", Json(dict[str, str]), nullable=False),
    Column("next_step", Json(dict[str, str]), nullable=False),
    text("state"),
    Column("found_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("act", Word(ShadowAct)),
    refers("settled_by", "accounts", null=True),
    text("reason", null=True),
    Column("until_on", Date),
    Column("target_id", Uuid),
    created(),
    version(),
    index("created_at", "id"),
    index("department_id", "created_at", "id"),
    index("state", "kind"),
)

shadow_turns = Table(
    "shadow_turns",
    metadata,
    key(),
    refers("shadow_id", "shadows"),
    Column("kind", Word(ShadowKind), nullable=False),
    Column("subject", Word(ShadowSubject), nullable=False),
    refers("department_id", "departments", null=True),
    text("state"),
    Column("act", Word(ShadowAct)),
    refers("by", "accounts", null=True),
    text("reason", null=True),
    Column("target_id", Uuid),
    Column("at", Instant, nullable=False),
    index("shadow_id", "at", "id"),
    index("at"),
)

sweeps = Table(
    "sweeps",
    metadata,
    key(),
    Column("kind", Word(SweepKind), nullable=False),
    text("source"),
    Column("taken_at", Instant, nullable=False),
    Column("entries", Json(list[dict[str, Any]]), nullable=False),
    Column("count", Integer, nullable=False),
    text("digest"),
    refers("imported_by", "accounts", null=True),
    created(),
    index("kind", "source", "taken_at"),
)
