"""Notices (通知): an outbox row in the transaction of what it tells of; sent afterwards, retried, never lost.

There is one row for each event, person and channel, whatever is replayed. A failing one is tried again after a growing
pause, for PATIENCE from its first failure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle import NOTICES

MAIL = "mail"
"""The channel that every installation has."""
DIGEST = "digest"
"""The template of several notices in one message."""
PATIENCE = timedelta(days=3)
FIRST_RETRY = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=30)

# Templates that neither quiet hours nor a digest hold back.
URGENT = frozenset(
    {"order_attention", "order_emergency", "card_red", "case_red", "channel_test", "stop_thrown", "clearing_attention"}
    | {"app_attention", "incident_opened", "incident_certificate_expired"}
)
# Templates that a person may do without. What is not listed here, a decision above all, reaches everybody concerned.
OPTIONAL = frozenset({"order_submitted", "order_signed_off", "order_delivered", "order_cancelled", "term_ending"})


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What becomes a notice, unless its person was told of the event through the channel before."""

    id: UUID = field(default_factory=new_id)
    event: str
    account_id: UUID
    channel: str = MAIL
    recipient: str
    template: str
    params: dict[str, str]
    order_id: UUID | None = None
    digest: bool = False
    state: str = "pending"
    attempts: int = 0
    due_at: datetime
    created_at: datetime


@dataclass(kw_only=True, eq=False)
class Notice:
    """What to tell whom, through which channel. `template` names a pair of catalogue messages, `params` fill them.

    `event` is what happened, by a name that a repetition has as well. With `digest` it waits for the person's digest,
    into which it is `folded`. A sender has it until `claimed_until`. No secrets.
    """

    id: UUID = field(default_factory=new_id)
    event: str | None = None
    account_id: UUID | None = None
    channel: str = MAIL
    recipient: str
    template: str
    params: dict[str, str]
    order_id: UUID | None = None
    digest: bool = False
    folded_into: UUID | None = None
    state: str = "pending"
    attempts: int = 0
    due_at: datetime
    claimed_until: datetime | None = None
    failing_since: datetime | None = None
    sent_at: datetime | None = None
    last_error: str | None = None
    created_at: datetime

    @property
    def urgent(self) -> bool:
        """Whether it goes at any hour, past whatever waits."""
        return self.template in URGENT

    def sent(self, now: datetime) -> None:
        """The channel took it."""
        self.state = NOTICES.next(self.state, "send")
        self.sent_at = now
        self.attempts += 1
        self.claimed_until = None

    def refused(self, now: datetime, error: str) -> None:
        """One attempt failed: the next is due after twice the last pause, until PATIENCE is over."""
        self.failing_since = self.failing_since or now
        if now - self.failing_since >= PATIENCE:
            self.given_up(error)
            return
        self.due_at = now + min(FIRST_RETRY * 2 ** min(self.attempts, 16), LONGEST_PAUSE)
        self._failed(error)

    def given_up(self, error: str) -> None:
        """It cannot be sent; an operator may have it tried again."""
        self.state = NOTICES.next(self.state, "give_up")
        self._failed(error)

    def again(self, now: datetime) -> None:
        """An operator has a failed one sent again, with new patience."""
        self.state = NOTICES.next(self.state, "retry")
        self.due_at, self.failing_since = now, None

    def fold(self, into: UUID | None) -> None:
        """It goes out with that one: its digest, or the mail instead of it; None where that had gone already."""
        self.state = NOTICES.next(self.state, "fold")
        self.folded_into = into

    def _failed(self, error: str) -> None:
        self.attempts += 1
        self.last_error = error
        self.claimed_until = None


@dataclass(kw_only=True, eq=False)
class Attempt:
    """One try to send a notice: what it took, in seconds, and the channel's words when it was not taken."""

    id: UUID = field(default_factory=new_id)
    notice_id: UUID
    at: datetime
    seconds: float
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A notice ready for its channel: `parts` are the (template, params) of what a digest folds together.

    `address` is whom the channel should call on, where the person gave one: a telephone number to mention, a name.
    """

    id: UUID
    channel: str
    recipient: str
    name: str
    address: str | None = field(default=None, repr=False)
    locale: str
    template: str
    params: dict[str, str]
    parts: tuple[tuple[str, dict[str, str]], ...] = ()
    created_at: datetime
