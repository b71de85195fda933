"""The audit trail. Triggers of the first migration refuse every update but the sealing, and every delete."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Table, Uuid

from cloudctl.persistence.tables.base import index, key, metadata, text
from cloudctl.persistence.types import Instant

audit_events = Table(
    "audit_events",
    metadata,
    key(),
    Column("at", Instant, nullable=False),
    text("actor"),
    text("action"),
    text("target_kind"),
    text("target_id"),
    Column("department_id", Uuid),
    text("outcome"),
    Column("record", LargeBinary, nullable=False),
    Column("sealed_at", Instant),
    index("department_id", "id"),
    index("target_id", "id"),
)
