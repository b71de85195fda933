"""Departments, and their tenants in the clouds."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text, Uuid
from sqlalchemy import ForeignKey as Fk

from cloudctl.domain.departments import Level
from cloudctl.persistence.tables.base import created, key, metadata, refers, text, version
from cloudctl.persistence.tables.versions import versioned
from cloudctl.persistence.types import Instant, Json, Word

departments = Table(
    "departments",
    metadata,
    key(),
    text("code", unique=True),
    text("name"),
    Column("level", Word(Level), nullable=False),
    refers("parent_id", "departments", null=True),
    Column("path", Text, nullable=False, server_default=""),
    Column("clouds", Json(frozenset[str]), nullable=False, server_default="[]"),
    Column("retired_at", Instant),
    Column("successor_id", Uuid),
    created(),
    version(),
)

departments_versions = versioned(departments)

tenants = Table(
    "tenants",
    metadata,
    Column("department_id", Uuid, Fk("departments.id"), primary_key=True),
    Column("cloud", Text, primary_key=True),
    text("backend_id"),
)
