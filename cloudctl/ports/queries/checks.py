"""What availability is worked out from."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec


class AppOutcome(msgspec.Struct, frozen=True, gc=False):
    """A run of equal outcomes of one check of an application; without any, `begun_at` is None.

    `promise` is in basis points of a month, None before the first look. `cause` is None where all was well.
    """

    app_id: UUID
    code: str
    name: str
    zone: str
    state: str
    department_id: UUID
    department: str
    promise: int | None
    check_id: UUID | None
    cause: str | None
    begun_at: datetime | None
    until_at: datetime | None
