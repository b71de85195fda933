"""Clearings, their close-out lines, and the links that owners answer by."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, Table, Uuid

from cloudctl.domain.clearings import Given, Returned, Signature
from cloudctl.domain.close_lines import CloseLineKind, Outcome
from cloudctl.persistence.tables.base import created, index, key, keyed, listed, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Json, Word

clearings = Table(
    "clearings",
    metadata,
    key(),
    text("number", unique=True),
    refers("campaign_id", "campaigns"),
    refers("system_id", "systems"),
    refers("department_id", "departments"),
    Column("verdict_id", Uuid, nullable=False),
    Column("claim", Uuid, unique=True),
    keyed("words", dict[str, str]),
    listed("servers", list[UUID]),
    text("state"),
    text("paused", null=True),
    Column("cause", Json(dict[str, str] | None)),
    Column("owner_known", Boolean, nullable=False),
    Column("notified_at", Instant),
    Column("due_on", Date),
    Column("provisional", Boolean, nullable=False),
    Column("left", Integer),
    Column("reminded", Integer, nullable=False),
    Column("answers", Json(list[Given]), nullable=False),
    Column("snoozes", Integer, nullable=False),
    Column("wakes_on", Date),
    Column("kept_until", Date),
    Column("dismissing", Boolean, nullable=False),
    text("saga", null=True),
    Column("tries", Integer, nullable=False),
    Column("off_at", Instant),
    listed("ran", list[UUID]),
    Column("quarantined_at", Instant),
    Column("quarantined_until", Instant),
    Column("backed_up_at", Instant),
    text("digest", null=True),
    Column("size_bytes", BigInteger),
    Column("tested_at", Instant),
    Column("proposed", Json(Signature | None)),
    Column("confirmed", Json(Signature | None)),
    Column("deleted_at", Instant),
    Column("returned", Json(Returned | None)),
    Column("backup_until", Date),
    text("close_out", null=True, unique=True),
    refers("closed_by", "accounts", null=True),
    Column("closed_at", Instant),
    Column("changed_at", Instant, nullable=False),
    created(),
    version(),
    index("campaign_id", "state"),
    index("department_id", "id"),
    index("system_id", "id"),
    index("state"),
    index("off_at"),
)

close_lines = Table(
    "close_lines",
    metadata,
    key(),
    refers("clearing_id", "clearings"),
    refers("department_id", "departments"),
    Column("kind", Word(CloseLineKind), nullable=False),
    Column("outcome", Word(Outcome), nullable=False),
    text("words"),
    text("name", null=True),
    text("media_type", null=True),
    Column("size_bytes", BigInteger),
    text("digest", null=True),
    refers("filled_by", "accounts"),
    created(),
    version(),
    index("clearing_id"),
    index("digest"),
)

answer_links = Table(
    "answer_links",
    metadata,
    key(),
    refers("clearing_id", "clearings"),
    refers("department_id", "departments"),
    refers("account_id", "accounts"),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    created(),
    version(),
    index("clearing_id"),
)
