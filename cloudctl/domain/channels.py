"""Channels: how well each does, and what a person wants of them: which, at what hours, singly or as a digest.

    preferences.planned(now, "order_approved")    # (when it is due, whether it waits for the digest)

Hours are those of Asia/Shanghai, as `HH:MM`; quiet hours may go over midnight.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from cloudctl.domain.calendars import PEOPLE_ZONE
from cloudctl.domain.notices import MAIL, OPTIONAL, URGENT

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)
ALARM = timedelta(hours=1)
"""A channel that has failed for so long is reported."""


class Digest(StrEnum):
    """Whether notices come singly or together."""

    NONE = "none"
    HOURLY = "hourly"
    DAILY = "daily"


@dataclass(kw_only=True, eq=False)
class Channel:
    """How a channel does. While it fails nothing is sent before `paused_until`, and then one notice to see."""

    name: str
    failures: int = 0
    failing_since: datetime | None = None
    paused_until: datetime | None = None
    last_error: str | None = None

    def down(self, now: datetime, error: str) -> None:
        """Nothing goes through: pauses, each twice as long as the last, up to LONGEST_PAUSE."""
        self.paused_until = now + min(FIRST_PAUSE * 2 ** min(self.failures, 16), LONGEST_PAUSE)
        self.failing_since = self.failing_since or now
        self.failures += 1
        self.last_error = error

    def well(self) -> None:
        """Something went through."""
        self.failures, self.failing_since, self.paused_until, self.last_error = 0, None, None, None

    def room(self, now: datetime, batch: int) -> int:
        """How many notices may be tried now."""
        if self.failing_since is None:
            return batch
        return 0 if self.paused_until is not None and now < self.paused_until else 1


@dataclass(kw_only=True, eq=False)
class Preferences:
    """What a person wants. `addresses` is the sealed JSON of channel -> address, `addressed` the channels in it."""

    account_id: UUID
    channels: list[str] = field(default_factory=lambda: [MAIL])
    addresses: bytes | None = None
    addressed: list[str] = field(default_factory=list)
    quiet_from: str | None = None
    quiet_to: str | None = None
    digest: Digest = Digest.NONE
    digest_at: str = "08:30"
    muted: list[str] = field(default_factory=list)
    version: int = 0  # of who never said anything

    def wants(self, template: str) -> bool:
        """False for what was muted, if it is among the templates that may be."""
        return template not in OPTIONAL or template not in self.muted

    def planned(self, now: datetime, template: str) -> tuple[datetime, bool]:
        """When a notice is due, and whether it waits for the digest; urgent ones are due at once."""
        if template in URGENT:
            return now, False
        return self.awake(self._digest_time(now)), self.digest is not Digest.NONE

    def awake(self, moment: datetime) -> datetime:
        """`moment` itself, or the end of the quiet hours that it lies in."""
        if self.quiet_from is None or self.quiet_to is None:
            return moment
        here = moment.astimezone(PEOPLE_ZONE)
        begin, end, clock = time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_to), here.time()
        over_midnight = end < begin
        quiet = clock >= begin or clock < end if over_midnight else begin <= clock < end
        if not quiet:
            return moment
        return _at(here, end, days=1 if over_midnight and clock >= begin else 0)

    def _digest_time(self, now: datetime) -> datetime:
        here = now.astimezone(PEOPLE_ZONE)
        match self.digest:
            case Digest.NONE:
                return now
            case Digest.HOURLY:
                return (here + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
            case Digest.DAILY:
                at = time.fromisoformat(self.digest_at)
                return _at(here, at, days=0 if here.time() <= at else 1)


def _at(day: datetime, clock: time, *, days: int) -> datetime:
    return datetime.combine(day.date() + timedelta(days=days), clock, tzinfo=PEOPLE_ZONE)
