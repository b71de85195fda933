"""Notices, one by one."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from api.schemas.fields import Out
from cloudctl.services.notices import Story


class AttemptOut(Out, frozen=True, kw_only=True):
    """One try to send a notice: how long it took, and the channel's words when it was not taken."""

    at: datetime
    seconds: float
    error: str | None


class NoticeOut(Out, frozen=True, kw_only=True):
    """A notice with its attempts. `event` is what it tells of: a person is told of it once by each channel."""

    id: UUID
    event: str | None
    account_id: UUID | None
    channel: str
    recipient: str
    template: str
    params: dict[str, str]
    order_id: UUID | None
    digest: bool
    folded_into: UUID | None
    state: str
    due_at: datetime
    failing_since: datetime | None
    sent_at: datetime | None
    last_error: str | None
    created_at: datetime
    attempts: list[AttemptOut]

    @classmethod
    def of(cls, story: Story) -> Self:
        """This shape of a notice and its attempts."""
        attempts = [AttemptOut.of(attempt) for attempt in story.attempts]
        return cls(**cls.copied(story.notice, "attempts"), attempts=attempts)
