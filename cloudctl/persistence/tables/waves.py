"""Waves of migration, what moves in them, in which steps, what slipped, and from when departments are ready."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, Column, Date, Integer, Table, UniqueConstraint, Uuid

from cloudctl.domain.accounts import Role
from cloudctl.domain.waves import StepKind, Text
from cloudctl.persistence.tables.base import created, index, key, listed, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Json, Word

waves = Table(
    "waves",
    metadata,
    key(),
    Column("number", Integer, nullable=False, unique=True),
    text("state"),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("promised_on", Date),
    listed("days", list[date]),
    Column("provisional", Boolean, nullable=False),
    Column("systems", Integer, nullable=False),
    Column("vcpu", Integer, nullable=False),
    Column("memory_mib", Integer, nullable=False),
    listed("words", list[Text]),
    Column("begun_at", Instant),
    Column("done_at", Instant),
    created(),
    version(),
)

moves = Table(
    "moves",
    metadata,
    key(),
    refers("system_id", "systems"),
    refers("wave_id", "waves", null=True, late=True),
    Column("position", Integer),
    text("state"),
    Column("vcpu", Integer, nullable=False),
    Column("memory_mib", Integer, nullable=False),
    listed("words", list[Text]),
    Column("begun_at", Instant),
    Column("done_at", Instant),
    created(),
    version(),
    UniqueConstraint("system_id"),
    index("wave_id", "state"),
)

move_steps = Table(
    "move_steps",
    metadata,
    key(),
    refers("move_id", "moves"),
    Column("position", Integer, nullable=False),
    Column("kind", Word(StepKind), nullable=False),
    Column("name", Json(Text), nullable=False),
    Column("role", Word(Role), nullable=False),
    text("playbook", null=True),
    Column("due_on", Date, nullable=False),
    text("state"),
    text("held", null=True),
    text("note", null=True),
    Column("done_by", Uuid),
    Column("done_at", Instant),
    created(),
    version(),
    UniqueConstraint("move_id", "position"),
    index("state", "due_on"),
)

slips = Table(
    "slips",
    metadata,
    key(),
    refers("wave_id", "waves"),
    refers("move_id", "moves"),
    Column("step_id", Uuid, nullable=False),
    Column("name", Json(Text), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("noticed_on", Date, nullable=False),
    created(),
    UniqueConstraint("step_id", "due_on"),
    index("wave_id"),
    index("move_id"),
)

readiness = Table(
    "readiness",
    metadata,
    key(),
    refers("department_id", "departments"),
    Column("ready_on", Date, nullable=False),
    text("reason"),
    refers("set_by", "accounts"),
    created(),
    version(),
    UniqueConstraint("department_id"),
)
