"""Proposals of what is not used; their ids are derived, so that one is found again instead of doubled."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Date, Integer, Table, Uuid

from cloudctl.domain.waste import Saved, WasteKind
from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Json, Word

waste_proposals = Table(
    "waste_proposals",
    metadata,
    key(),
    Column("kind", Word(WasteKind), nullable=False),
    text("cloud"),
    text("zone", null=True),
    Column("subject_id", Uuid, nullable=False),
    text("subject_kind"),
    text("name"),
    refers("department_id", "departments", null=True),
    refers("system_id", "systems", null=True),
    Column("resource_id", Uuid),
    Column("object_id", Uuid),
    text("specification", null=True),
    Column("saved", Json(Saved), nullable=False),
    Column("saved_fen", BigInteger),
    Column("book_version", Integer, nullable=False),
    Column("rules_version", Integer, nullable=False),
    Column("facts", Json(dict[str, Any]), nullable=False),
    text("mark"),
    Column("words", Json(dict[str, str]), nullable=False),
    Column("next_step", Json(dict[str, str]), nullable=False),
    text("state"),
    Column("found_at", Instant, nullable=False),
    refers("decided_by", "accounts", null=True),
    Column("decided_at", Instant),
    text("reason", null=True),
    Column("not_before", Date),
    refers("order_id", "orders", null=True),
    Column("done_at", Instant),
    created(),
    version(),
    index("created_at", "id"),
    index("department_id", "created_at", "id"),
    index("state", "kind"),
    index("resource_id"),
    index("order_id"),
)
