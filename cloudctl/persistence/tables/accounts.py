"""Accounts and their tokens."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, LargeBinary, Table

from cloudctl.domain.accounts import Permission, Role
from cloudctl.persistence.tables.base import created, index, key, metadata, refers, text, version
from cloudctl.persistence.types import Instant, Json

accounts = Table(
    "accounts",
    metadata,
    key(),
    text("login", unique=True),
    text("name"),
    text("email"),
    refers("department_id", "departments", null=True),
    Column("roles", Json(frozenset[Role]), nullable=False),
    text("locale"),
    Column("active", Boolean, nullable=False),
    created(),
    version(),
    index("department_id", "id"),
)

tokens = Table(
    "tokens",
    metadata,
    key(),
    refers("account_id", "accounts"),
    text("name"),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("scopes", Json(frozenset[Permission]), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    created(),
    index("account_id", "name"),
)
