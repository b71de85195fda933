"""An account."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class AccountRow(Row, frozen=True):
    """An account."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"login", "department_id", "active"})

    id: UUID
    login: str
    name: str
    email: str
    department_id: UUID | None
    roles: list[str]
    locale: str
    active: bool
    created_at: datetime
    version: int


class TokenRow(Row, frozen=True):
    """A token, without its secret."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"account_id"})

    id: UUID
    account_id: UUID
    name: str
    scopes: list[str]
    expires_at: datetime
    revoked_at: datetime | None
    created_at: datetime
