"""Syncs: one reading of a cloud into the inventory, and how far a cloud's figures can be relied on.

A full sync counts everything; an incremental one takes what changed since the last. A sync ends `clean` when it saw
all it meant to see, `partial` when the cloud failed in the middle or listed far too little, `failed` when it did not
answer at all. Only a clean full sync says anything about what is gone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle import SYNCS


class SyncMode(StrEnum):
    """How much a sync reads."""

    FULL = "full"
    INCREMENTAL = "incremental"


class Health(StrEnum):
    """How far a cloud's figures can be relied on."""

    FRESH = "fresh"
    STALE = "stale"
    UNREACHABLE = "unreachable"
    NEVER = "never"


@dataclass(kw_only=True, eq=False)
class Sync:
    """One sync of one cloud: how many objects it saw, how many changed, how many are missing since.

    `cursor` is where the next incremental one goes on; `error` says by locale why it did not end well; `asked_by` is
    who asked for it, None where it was due; `believed` says that whoever asked takes a short list for the truth.
    """

    id: UUID = field(default_factory=new_id)
    cloud: str
    mode: SyncMode
    state: str = "asked"
    asked_by: UUID | None = None
    asked_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    objects: int = 0
    changed: int = 0
    missing: int = 0
    error: dict[str, str] | None = None
    cursor: str | None = None
    believed: bool = False

    def start(self, now: datetime) -> None:
        """A worker has it."""
        self.state = SYNCS.next(self.state, "start")
        self.started_at = now

    def end(self, event: str, now: datetime, error: dict[str, str] | None = None) -> None:
        """It is over: `finish`, `break_off` or `fail`."""
        self.state = SYNCS.next(self.state, event)
        self.ended_at, self.error = now, error


SHORT_FROM = 20
"""So many objects fewer a list has to have before its length says anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often a cloud is read, and how many clean full syncs in a row an object has to be absent from.

    After `stale_after` without a clean sync a cloud's figures are stale; syncs are on record for `keep`. A full one
    that sees less than `short_percent` of what the last clean one saw is not believed; 0 believes all of them.
    """

    full_every: timedelta = timedelta(hours=1)
    incremental_every: timedelta = timedelta(minutes=1)
    stale_after: timedelta = timedelta(hours=2)
    missing_after: int = 3
    short_percent: int = 50
    keep: timedelta = timedelta(days=30)

    def is_short(self, seen: int, expected: int) -> bool:
        """Whether so few of the objects that were there last are a broken answer rather than what became of them."""
        return expected - seen >= SHORT_FROM and seen * 100 < expected * self.short_percent

    def due(
        self, now: datetime, *, full_at: datetime | None, latest_at: datetime | None, incremental: bool
    ) -> SyncMode | None:
        """What is due now, after a last clean full sync at `full_at` and a last attempt of any kind at `latest_at`.

        A full sync that did not end clean is due again with the next incremental one, not an hour later.
        """
        if latest_at is not None and now - latest_at < self.incremental_every:
            return None
        if full_at is None or now - full_at >= self.full_every:
            return SyncMode.FULL
        return SyncMode.INCREMENTAL if incremental else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What decides a cloud's health: the state of its latest ended sync, and when the last clean one began."""

    latest: str | None = None
    clean_at: datetime | None = None

    def age(self, now: datetime) -> timedelta | None:
        """How old its figures are at most; None when nothing clean was ever read."""
        return None if self.clean_at is None else now - self.clean_at

    def health(self, now: datetime, stale_after: timedelta) -> Health:
        """Fresh only while the latest sync was clean and not long ago."""
        if self.latest is None:
            return Health.NEVER
        if self.latest == "failed":
            return Health.UNREACHABLE
        age = self.age(now)
        fresh = self.latest == "clean" and age is not None and age <= stale_after
        return Health.FRESH if fresh else Health.STALE
