"""Runs of playbooks, their hosts, what they said, and the files that they left.

`run_hosts.claim` is the host's id while the host is the run's own: that it is unique keeps two runs apart. `seq` of
what was said rises in the order of commits (see `repositories/runs.py`).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, Table, Text, Uuid

from cloudctl.domain.runs import HostStats, Origin, RunEvent
from cloudctl.persistence.tables.base import created, index, key, keyed, listed, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Json, Word

runs = Table(
    "runs",
    metadata,
    key(),
    text("playbook"),
    keyed("arguments", dict[str, Any]),
    listed("hosts", list[UUID]),
    keyed("names", dict[str, str]),
    text("zone"),
    Column("check", Boolean, nullable=False),
    listed("tags", list[str]),
    text("start_at_task", null=True),
    text("state"),
    Column("origin", Word(Origin), nullable=False),
    text("saga"),
    refers("department_id", "departments", null=True),
    refers("system_id", "systems", null=True),
    text("subject"),
    text("reason"),
    refers("asked_by", "accounts", null=True),
    refers("asked_for", "accounts", null=True),
    refers("approved_by", "accounts", null=True),
    Column("approved_at", Instant),
    refers("resume_of", "runs", null=True),
    text("digest"),
    Column("attempts", Integer, nullable=False),
    Column("waits_since", Instant),
    Column("begun_at", Instant),
    Column("playing_since", Instant),
    Column("ended_at", Instant),
    keyed("words", dict[str, str]),
    text("failed_task", null=True),
    keyed("stats", dict[str, HostStats]),
    listed("unfinished", list[str]),
    keyed("results", dict[str, Any]),
    Column("dropped", Integer, nullable=False),
    created(),
    version(),
    index("state", "waits_since"),
    index("playbook", "id"),
    index("subject", "id"),
)

run_hosts = Table(
    "run_hosts",
    metadata,
    Column("run_id", Uuid, ForeignKey("runs.id"), primary_key=True),
    Column("host_id", Uuid, primary_key=True),
    Column("claim", Uuid, unique=True),
    index("host_id", "run_id"),
)

run_events = Table(
    "run_events",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    refers("run_id", "runs"),
    Column("at", Instant, nullable=False),
    Column("events", Json(tuple[RunEvent, ...]), nullable=False),
    Column("dropped", Integer, nullable=False),
    text("state", null=True),
    index("run_id", "seq"),
    sqlite_autoincrement=True,
)

run_artifacts = Table(
    "run_artifacts",
    metadata,
    Column("run_id", Uuid, ForeignKey("runs.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    text("media_type"),
    Column("size_bytes", BigInteger, nullable=False),
    text("digest"),
    index("digest"),
)
