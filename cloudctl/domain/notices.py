"""Notices (通知): an outbox row in the transaction of what it tells of; sent afterwards, retried, never lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle import NOTICES

ATTEMPTS = 8
FIRST_RETRY = timedelta(seconds=30)


@dataclass(kw_only=True, eq=False)
class Notice:
    """What to tell whom. `template` names a pair of catalogue messages, `params` fill them; no secrets."""

    id: UUID = field(default_factory=new_id)
    recipient: str
    template: str
    params: dict[str, str]
    order_id: UUID | None = None
    state: str = "pending"
    attempts: int = 0
    due_at: datetime
    sent_at: datetime | None = None
    last_error: str | None = None
    created_at: datetime

    def sent(self, now: datetime) -> None:
        """The mail server took it."""
        self.state = NOTICES.next(self.state, "send")
        self.sent_at = now

    def refused(self, now: datetime, error: str) -> None:
        """One attempt failed: the next is due after twice the last pause, until ATTEMPTS are used up."""
        self.attempts += 1
        self.last_error = error
        if self.attempts >= ATTEMPTS:
            self.state = NOTICES.next(self.state, "give_up")
        else:
            self.due_at = now + FIRST_RETRY * 2 ** (self.attempts - 1)
