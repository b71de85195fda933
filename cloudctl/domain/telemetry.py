"""Telemetry (监测数据): what was read of which source for which day, and what is known of dates.

A day is read once it has ended, and again LATE later, for what came late; a day that was not read well is read again
until it was. Nothing that is stored is lost by it: a later reading only adds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any
from uuid import UUID

from cloudctl.domain.metrics import Metric, end_of

SETTLED = timedelta(minutes=15)
"""So long after its end a day is read: scrapes and clocks may be a little late."""
LATE = timedelta(hours=48)
"""So long after its end a day is read once more."""
RETRY = timedelta(hours=1)
FILE = "file"
"""The kind of a source that is a file, handed in by somebody."""


Words = tuple[str, dict[str, Any]]
"""A message id with its values."""


class ReadState(StrEnum):
    """How the last reading of a day went; `partial` broke off, `failed` gave nothing, `asked` is to come."""

    ASKED = "asked"
    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRead:
    """The last reading of a day from a source.

    Of `targets` servers that were asked about, `subjects` had anything; `samples` were new, the others left out, each
    count for its reason (ports.histograms.Tally). `unmatched` series belonged to no server of ours. `afresh`
    was asked for to forget what is stored of the day.
    """

    source: str
    day: date
    kind: str
    simulated: bool
    state: ReadState
    read_at: datetime
    targets: int = 0
    subjects: int = 0
    samples: int = 0
    doubled: int = 0
    outside: int = 0
    future: int = 0
    invalid: int = 0
    stored: int = 0
    unmatched: int = 0
    warnings: Sequence[Words] = ()
    error: Words | None = None
    afresh: bool = False

    def is_due(self, now: datetime) -> bool:
        """Whether the day should be read again."""
        if self.state is ReadState.ASKED:
            return True
        if self.state is not ReadState.COMPLETE:
            return now - self.read_at >= RETRY
        late = end_of(self.day) + LATE
        return self.read_at < late <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class DateKnown:
    """That a subject's date was `on`, as was told first when `day` was read."""

    subject_id: UUID
    metric: Metric
    on: date
    day: date
    source: str
    known_at: datetime


def days_to_read(
    reads: Mapping[date, DayRead], now: datetime, *, back_days: int, most: int, servers: Callable[[date], int]
) -> Sequence[date]:
    """The days that are due, newest first: those that ended within so many days and were not read, or not well.

    `servers` tells how many there were on a day: without any it is not due, and with more than were asked about once
    more.
    """
    settled = now - SETTLED
    newest = settled.date() - timedelta(days=1)
    days = (newest - timedelta(days=back) for back in range(back_days))

    def is_due(day: date) -> bool:
        known, there = reads.get(day), servers(day)
        return there > 0 and (known is None or known.is_due(now) or known.targets < there)

    return list(islice(filter(is_due, days), most))
