"""What authentication and repeated requests are judged by."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec


class KeptAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The sealed answer that a request got, and the request's fingerprint; None where no answer was kept."""

    fingerprint: bytes
    answer: bytes | None


class Principal(msgspec.Struct, frozen=True):
    """Somebody who has a deputy just now; `id` is the appointment's."""

    id: UUID
    account_id: UUID
    login: str
    department_id: UUID | None
    roles: frozenset[str]
    below: frozenset[UUID] = frozenset()


class TokenOwner(msgspec.Struct, frozen=True):
    """A token with its account, as authentication needs them."""

    account_id: UUID
    login: str
    department_id: UUID | None
    roles: frozenset[str]
    scopes: frozenset[str]
    locale: str
    active: bool
    expires_at: datetime
    revoked_at: datetime | None
    below: frozenset[UUID] = frozenset()
