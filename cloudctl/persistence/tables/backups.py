"""Backups of what is cleared, and the disks that each consists of."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Integer, Table, UniqueConstraint, Uuid

from cloudctl.domain.resources import ResourceKind
from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Word

backups = Table(
    "backups",
    metadata,
    key(),
    refers("clearing_id", "clearings"),
    refers("system_id", "systems"),
    refers("department_id", "departments"),
    text("state"),
    Column("keep_days", Integer, nullable=False),
    text("manifest", null=True),
    Column("size_bytes", BigInteger),
    Column("taken_at", Instant),
    Column("tested_at", Instant),
    Column("keep_until", Date),
    Column("purged_at", Instant),
    created(),
    version(),
    UniqueConstraint("clearing_id"),
    index("state", "keep_until"),
    index("manifest"),
)

backup_objects = Table(
    "backup_objects",
    metadata,
    key(),
    refers("backup_id", "backups"),
    Column("resource_id", Uuid, nullable=False),
    Column("kind", Word(ResourceKind), nullable=False),
    Column("server_id", Uuid, nullable=False),
    text("name"),
    text("cloud"),
    Column("disk_gib", Integer, nullable=False),
    Column("vcpu", Integer, nullable=False),
    Column("memory_mib", Integer, nullable=False),
    text("format", null=True),
    Column("size_bytes", BigInteger),
    text("digest", null=True),
    Column("taken_at", Instant),
    UniqueConstraint("backup_id", "resource_id"),
    index("digest"),
)
