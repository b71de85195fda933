"""Applications: what they are, where they stand, what is done to them, their backups."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, Table, UniqueConstraint, Uuid

from cloudctl.domain.app_acts import ActKind
from cloudctl.persistence.tables.base import created, index, key, keyed, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Json, Word

apps = Table(
    "apps",
    metadata,
    key(),
    text("code", unique=True),
    text("name"),
    refers("department_id", "departments"),
    refers("system_id", "systems"),
    text("blueprint"),
    text("wanted"),
    text("release", null=True),
    text("previous_release", null=True),
    text("size"),
    keyed("parameters", dict[str, Any]),
    text("zone"),
    text("instance", unique=True),
    text("address", unique=True),
    Column("quota_mib", Integer, nullable=False),
    Column("memory_mib", Integer, nullable=False),
    Column("instances", Integer, nullable=False),
    Column("own", Boolean, nullable=False),
    text("cloud", null=True),
    refers("order_id", "orders", null=True),
    Column("exposed", Boolean, nullable=False),
    text("owner"),
    text("state"),
    Column("act_id", Uuid),
    Column("reason", Json(dict[str, str]), nullable=False),
    Column("stands", Json(dict[str, str]), nullable=False),
    text("certificate", null=True),
    Column("certificate_until", Instant),
    Column("running_since", Instant),
    refers("asked_by", "accounts", null=True),
    refers("approved_by", "accounts", null=True),
    created(),
    version(),
    index("department_id", "id"),
    index("system_id"),
    index("blueprint", "state"),
    index("state", "certificate_until"),
    index("order_id"),
)

app_places = Table(
    "app_places",
    metadata,
    key(),
    refers("app_id", "apps"),
    Column("host_id", Uuid, nullable=False),
    Column("balancer", Boolean, nullable=False),
    Column("ready", Boolean, nullable=False),
    Column("leaving", Boolean, nullable=False),
    Column("scratch", Boolean, nullable=False),
    created(),
    UniqueConstraint("app_id", "host_id", "balancer", "scratch"),
    index("host_id"),
)

app_acts = Table(
    "app_acts",
    metadata,
    key(),
    refers("app_id", "apps"),
    refers("department_id", "departments"),
    Column("kind", Word(ActKind), nullable=False),
    text("state"),
    text("from_release", null=True),
    text("to_release", null=True),
    Column("arguments", Json(dict[str, Any]), nullable=False),
    text("was"),
    Column("changed", Boolean, nullable=False),
    Column("backup_id", Uuid),
    refers("asked_by", "accounts", null=True),
    Column("reason", Json(dict[str, str]), nullable=False),
    Column("stands", Json(dict[str, str]), nullable=False),
    created(),
    Column("ended_at", Instant),
    version(),
    index("app_id", "id"),
    index("department_id", "id"),
)

app_backups = Table(
    "app_backups",
    metadata,
    key(),
    refers("app_id", "apps"),
    refers("department_id", "departments"),
    refers("act_id", "app_acts", null=True),
    text("snapshot"),
    text("release"),
    text("cause"),
    Column("size_bytes", BigInteger),
    text("state"),
    Column("taken_at", Instant, nullable=False),
    Column("verified_at", Instant),
    Column("keep_until", Date),
    Column("reason", Json(dict[str, str]), nullable=False),
    created(),
    version(),
    index("app_id", "taken_at"),
    index("department_id", "id"),
    index("state", "keep_until"),
)
