"""A notice of the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class NoticeRow(Row, frozen=True):
    """A notice of the outbox."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"state", "recipient", "order_id", "channel", "account_id"})

    id: UUID
    account_id: UUID | None
    channel: str
    recipient: str
    template: str
    order_id: UUID | None
    digest: bool
    folded_into: UUID | None
    state: str
    attempts: int
    due_at: datetime
    sent_at: datetime | None
    last_error: str | None
    created_at: datetime
