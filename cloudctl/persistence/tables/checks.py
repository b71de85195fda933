"""Checks of applications, their history, incidents, and maintenance."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Boolean, Column, Integer, Table, UniqueConstraint, Uuid

from cloudctl.domain.checks import Cause
from cloudctl.persistence.tables.base import created, index, key, listed, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Json, Word

checks = Table(
    "checks",
    metadata,
    key(),
    refers("app_id", "apps"),
    refers("department_id", "departments"),
    text("name"),
    text("kind"),
    text("target"),
    Column("every_s", Integer, nullable=False),
    Column("promise", Integer, nullable=False),
    text("state"),
    Column("cause", Word(Cause)),
    Column("words", Json(dict[str, str]), nullable=False),
    Column("in_a_row", Integer, nullable=False),
    Column("since", Instant),
    Column("looked_at", Instant),
    Column("milliseconds", Integer),
    Column("certificate_until", Instant),
    Column("result_id", Uuid),
    created(),
    version(),
    UniqueConstraint("app_id", "name"),
    index("department_id", "id"),
    index("looked_at"),
)

check_results = Table(
    "check_results",
    metadata,
    key(),
    refers("check_id", "checks"),
    refers("app_id", "apps"),
    refers("department_id", "departments"),
    Column("well", Boolean, nullable=False),
    Column("cause", Word(Cause)),
    Column("words", Json(dict[str, str]), nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("until_at", Instant, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("slowest_ms", Integer, nullable=False),
    created(),
    index("check_id", "id"),
    index("department_id", "id"),
    index("app_id", "until_at"),
    index("until_at"),
)

incidents = Table(
    "incidents",
    metadata,
    key(),
    refers("app_id", "apps"),
    refers("department_id", "departments"),
    Column("cause", Word(Cause), nullable=False),
    listed("checks", list[str]),
    Column("words", Json(dict[str, str]), nullable=False),
    text("state"),
    Column("begun_at", Instant, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    created(),
    version(),
    index("app_id", "state"),
    index("department_id", "id"),
    index("state", "closed_at"),
)

maintenance = Table(
    "maintenance",
    metadata,
    key(),
    text("name"),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    listed("zones", list[str]),
    listed("apps", list[UUID]),
    text("reason"),
    refers("planned_by", "accounts"),
    created(),
    Column("cancelled_at", Instant),
    version(),
    index("ends_at"),
)
