"""Campaigns (专项清理): a run of a policy over a scope, and the switch that stops all of them.

The policy is frozen when a campaign starts: what is edited later is the next campaign's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec

from cloudctl.domain.errors import Forbidden, Invalid
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle_clearings import CAMPAIGNS, STOPS
from cloudctl.domain.zombies import ZombiePolicy


def digest_of(policy: ZombiePolicy) -> str:
    """SHA-256 of what a policy says, in hexadecimal: edited, it has another."""
    return sha256(msgspec.json.encode(policy, order="deterministic")).hexdigest()


@dataclass(kw_only=True, eq=False)
class Campaign:
    """One campaign. No `departments`, `zones` or `systems` means all of them.

    `started_by` has applied the policy, so it confirms no deletion; `digest` is that of the frozen policy; `ran_at` is
    when it last looked for more systems.
    """

    id: UUID = field(default_factory=new_id)
    number: str
    title: str
    policy_name: str
    policy: ZombiePolicy
    digest: str
    departments: list[UUID] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)
    systems: list[UUID] = field(default_factory=list)
    state: str = "running"
    started_by: UUID
    started_for: UUID | None = None
    started_at: datetime
    ran_at: datetime | None = None
    stopped_by: UUID | None = None
    stopped_at: datetime | None = None
    reason: str | None = None
    edit_said_at: datetime | None = None
    finished_at: datetime | None = None
    version: int = 1

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise Invalid("A campaign needs a title.", field="title", way_out="Say what it is for.")

    @property
    def starters(self) -> frozenset[UUID]:
        """Whose hands started it."""
        return frozenset(key for key in (self.started_by, self.started_for) if key is not None)

    def stop(self, by: UUID, reason: str, now: datetime) -> None:
        """Its cases are held at their next step."""
        if not reason.strip():
            raise Invalid("To stop a campaign needs a reason.", field="reason", way_out="Say why it is stopped.")
        self.state = CAMPAIGNS.next(self.state, "stop")
        self.stopped_by, self.stopped_at, self.reason = by, now, reason.strip()

    def resume(self, persons: frozenset[UUID]) -> None:
        """It goes on; raises Forbidden for who stopped it."""
        state = CAMPAIGNS.next(self.state, "resume")
        if self.stopped_by in persons:
            raise Forbidden(
                "Who stopped a campaign does not let it go on.", way_out="Leave it to somebody else of the office."
            )
        self.state = state

    def finish(self, now: datetime) -> None:
        """Its last case has ended."""
        self.state = CAMPAIGNS.next(self.state, "finish")
        self.finished_at = now


@dataclass(kw_only=True, eq=False)
class Stop:
    """One throw of the kill switch (总停): while it is not lifted, no campaign takes a step; restoring goes on."""

    id: UUID = field(default_factory=new_id)
    state: str = "thrown"
    reason: str
    thrown_by: UUID
    thrown_at: datetime
    asked_by: UUID | None = None
    asked_for: UUID | None = None
    asked_at: datetime | None = None
    asking: str | None = None
    lifted_by: UUID | None = None
    lifted_at: datetime | None = None
    version: int = 1

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise Invalid("The kill switch needs a reason.", field="reason", way_out="Say what has gone wrong.")

    def ask(self, by: UUID, for_account_id: UUID | None, reason: str, now: datetime) -> None:
        """Somebody asks to lift it, with a reason."""
        if not reason.strip():
            raise Invalid("To lift it needs a reason.", field="reason", way_out="Say what was put right.")
        self.state = STOPS.next(self.state, "ask")
        self.asked_by, self.asked_for, self.asked_at, self.asking = by, for_account_id, now, reason.strip()

    def lift(self, by: UUID, persons: frozenset[UUID], now: datetime) -> None:
        """A second person lifts it; raises Forbidden for who asked."""
        state = STOPS.next(self.state, "lift")
        if persons & {self.asked_by, self.asked_for}:
            raise Forbidden("Who asks to lift the switch does not lift it.", way_out="Another person has to lift it.")
        self.state, self.lifted_by, self.lifted_at = state, by, now

    def keep(self) -> None:
        """It stays on."""
        self.state = STOPS.next(self.state, "keep")


def numbered(year: int, running: int) -> str:
    """The number that people quote.

    >>> numbered(2026, 3)
    '清理行动〔2026〕3号'
    """
    return f"清理行动〔{year}〕{running}号"
