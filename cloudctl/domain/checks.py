"""Checks (健康检查) of applications: what was seen at each look, and what follows when it stays so.

    check.saw(sight, now)                  # the state and how often in a row
    result.goes_on(sight, now, check)      # the same outcome, seen again soon enough: the row is only lengthened

History is kept as runs of equal outcomes: a check that is well for a month is one row. A row reaches to the look that
ended it, so an outcome holds until the next look shows another one; where nobody looked for too long, there is a gap.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from uuid import UUID

import msgspec

from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle_checks import CHECKS, INCIDENTS

Words = dict[str, str]
GAP = 3
"""After so many times `every_s` without a look nothing is known of the time between."""
BASIS_POINTS = 10_000


class Cause(StrEnum):
    """Why a check is not as it should be; an incident is of one cause."""

    OUTAGE = "outage"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_ENDING = "certificate_ending"


DOWN = frozenset({Cause.OUTAGE, Cause.CERTIFICATE_EXPIRED})
"""With these its users cannot reach it; a certificate that ends soon is still good."""


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """What one look at one check of an application came to, over all of its hosts; `words` say it by locale.

    `seconds` is how long the slowest host took. `certificate_until` is known where one was shown.
    """

    check: str
    kind: str
    target: str
    words: Words
    cause: Cause | None = None
    seconds: float = 0.0
    certificate_until: datetime | None = None

    @property
    def well(self) -> bool:
        """Whether it is as it should be."""
        return self.cause is None


@dataclass(kw_only=True, eq=False)
class Check:
    """A check of an application, of its blueprint: `kind` is http, tcp, certificate or database.

    `in_a_row` counts the looks that came to the same as the last one, `since` is when the first of them was.
    `promise` is what the blueprint promises, in basis points of a month. `result_id` is the row of the history that
    grows now.
    """

    id: UUID = field(default_factory=new_id)
    app_id: UUID
    department_id: UUID
    name: str
    kind: str
    target: str
    every_s: int
    promise: int
    state: str = "waiting"
    cause: Cause | None = None
    words: Words = field(default_factory=dict)
    in_a_row: int = 0
    since: datetime | None = None
    looked_at: datetime | None = None
    milliseconds: int | None = None
    certificate_until: datetime | None = None
    result_id: UUID | None = None
    created_at: datetime
    version: int = 1

    def saw(self, sight: Sight, now: datetime) -> None:
        """Takes what a look came to."""
        if self.state == "ended":
            self.state = CHECKS.next(self.state, "resume")
        same = self.state == ("well" if sight.well else "failing")
        if not same:
            self.state = CHECKS.next(self.state, "answer" if sight.well else "fail")
        self.in_a_row = self.in_a_row + 1 if same else 1
        self.since = self.since if same else now
        self.cause, self.words, self.target = sight.cause, sight.words, sight.target
        self.looked_at, self.milliseconds = now, round(sight.seconds * 1000)
        self.certificate_until = sight.certificate_until

    def end(self) -> None:
        """It is not looked at any more."""
        self.state = CHECKS.next(self.state, "end")
        self.in_a_row, self.result_id = 0, None

    def days_left(self, now: datetime) -> int | None:
        """Whole days until the certificate that was shown ends."""
        return None if self.certificate_until is None else (self.certificate_until - now).days


@dataclass(kw_only=True, eq=False)
class CheckResult:
    """So many looks in a row with one outcome, from `begun_at` until `until_at`."""

    id: UUID = field(default_factory=new_id)
    check_id: UUID
    app_id: UUID
    department_id: UUID
    well: bool
    cause: Cause | None = None
    words: Words = field(default_factory=dict)
    begun_at: datetime
    until_at: datetime
    looks: int = 1
    slowest_ms: int
    created_at: datetime

    def goes_on(self, sight: Sight, now: datetime, every_s: int) -> bool:
        """Reaches to this look, and takes it in where it came to the same; False where another row begins."""
        if now - self.until_at > timedelta(seconds=GAP * every_s):
            return False
        self.until_at = now
        if self.cause != sight.cause:
            return False
        self.looks += 1
        self.slowest_ms = max(self.slowest_ms, round(sight.seconds * 1000))
        self.words = sight.words
        return True


@dataclass(kw_only=True, eq=False)
class Incident:
    """Checks of one application that failed several times in a row for one cause, until they answer as often.

    `checks` are their names, `words` what was seen first. It is opened and closed by itself.
    """

    id: UUID = field(default_factory=new_id)
    app_id: UUID
    department_id: UUID
    cause: Cause
    checks: list[str]
    words: Words
    state: str = "open"
    begun_at: datetime
    opened_at: datetime
    closed_at: datetime | None = None
    created_at: datetime
    version: int = 1

    def over(self, event: str, now: datetime) -> None:
        """Closes or ends it."""
        self.state = INCIDENTS.next(self.state, event)
        self.closed_at = now


def promise_of(percent: str) -> int:
    """What a blueprint promises, in basis points, rounded up.

    >>> promise_of("99.5")
    9950
    """
    return int((Decimal(percent) * 100).to_integral_value(ROUND_CEILING))
