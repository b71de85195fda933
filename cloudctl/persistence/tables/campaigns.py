"""Campaigns, and the throws of the kill switch."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Column, Table, Uuid

from cloudctl.domain.zombies import ZombiePolicy
from cloudctl.persistence.tables.base import index, key, listed, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Json

campaigns = Table(
    "campaigns",
    metadata,
    key(),
    text("number", unique=True),
    text("title"),
    text("policy_name"),
    Column("policy", Json(ZombiePolicy), nullable=False),
    text("digest"),
    listed("departments", list[UUID]),
    listed("zones", list[str]),
    listed("systems", list[UUID]),
    text("state"),
    refers("started_by", "accounts"),
    Column("started_for", Uuid),
    Column("started_at", Instant, nullable=False),
    Column("ran_at", Instant),
    refers("stopped_by", "accounts", null=True),
    Column("stopped_at", Instant),
    text("reason", null=True),
    Column("edit_said_at", Instant),
    Column("finished_at", Instant),
    version(),
    index("state"),
)

stops = Table(
    "stops",
    metadata,
    key(),
    text("state"),
    text("reason"),
    refers("thrown_by", "accounts"),
    Column("thrown_at", Instant, nullable=False),
    refers("asked_by", "accounts", null=True),
    Column("asked_for", Uuid),
    Column("asked_at", Instant),
    text("asking", null=True),
    refers("lifted_by", "accounts", null=True),
    Column("lifted_at", Instant),
    version(),
    index("state"),
)
