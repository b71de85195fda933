"""Transfers between departments."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Column, Table, Uuid

from cloudctl.persistence.tables.base import created, index, key, listed, metadata, refers, text, version
from cloudctl.persistence.types import Instant

transfers = Table(
    "transfers",
    metadata,
    key(),
    text("number", unique=True),
    refers("from_department_id", "departments"),
    refers("to_department_id", "departments"),
    refers("to_system_id", "systems"),
    listed("resources", list[UUID]),
    text("reason"),
    refers("asked_by", "accounts"),
    text("state"),
    Column("given_by", Uuid),
    Column("given_at", Instant),
    Column("taken_by", Uuid),
    Column("taken_at", Instant),
    text("ended_reason", null=True),
    Column("ended_at", Instant),
    created(),
    version(),
    index("from_department_id", "id"),
    index("to_department_id", "id"),
)
