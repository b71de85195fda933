"""Findings of drift; their ids are derived, so that one is found again instead of doubled."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Table, Uuid

from cloudctl.domain.drift import DriftAct, DriftKind
from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Json, Word

drift_findings = Table(
    "drift_findings",
    metadata,
    key(),
    text("cloud"),
    Column("kind", Word(DriftKind), nullable=False),
    Column("subject_id", Uuid, nullable=False),
    text("subject_kind"),
    text("name"),
    Column("object_id", Uuid),
    Column("resource_id", Uuid),
    refers("department_id", "departments", null=True),
    Column("facts", Json(dict[str, Any]), nullable=False),
    Column("evidence", Json(dict[str, Any]), nullable=False),
    text("mark"),
    Column("words", Json(dict[str, str]), nullable=False),
    Column("next_step", Json(dict[str, str]), nullable=False),
    Column("sync_id", Uuid, nullable=False),
    text("state"),
    Column("found_at", Instant, nullable=False),
    Column("vanished_at", Instant),
    Column("act", Word(DriftAct)),
    refers("asked_by", "accounts", null=True),
    text("reason", null=True),
    Column("resolved_at", Instant),
    text("last_error", null=True),
    created(),
    version(),
    index("created_at", "id"),
    index("department_id", "created_at", "id"),
    index("state", "kind"),
    index("cloud", "state"),
    index("resource_id"),
)
