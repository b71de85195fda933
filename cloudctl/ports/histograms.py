"""Points into daily histograms, and histograms into quantiles: arithmetic over many numbers, without any I/O.

reading = ctx.histograms.reading(day, interval_s=300, now=ctx.clock.now())
reading.add(page)                            # of a source, as often as there are pages
reading.keep(earlier)                        # what is stored of the day: it stays, only new slots are added
parts = reading.parts("prometheus")
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

import msgspec

from cloudctl.domain.metrics import Metric
from cloudctl.ports.metrics import Page


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one source knows of one metric on one day: one row for all its subjects, in the order of `roster`.

    `figures` are domain.histograms.Figures, packed; of activity, whose one number is its mean, there is no more.
    `counts` are the histograms, `seen` the slots with samples, both compressed. `id` is that of a stored part, and of a
    new one that of the part which it replaces.
    """

    source: str
    metric: Metric
    day: date
    interval_s: int
    scale: int
    roster: bytes
    figures: bytes
    counts: bytes | None = None
    seen: bytes | None = None
    id: UUID | None = None


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A part as the store gives it for a scan; `roster` is the digest of the roster."""

    source: str
    metric: Metric
    day: date
    interval_s: int
    roster: bytes
    figures: bytes
    counts: bytes | None = None


class Tally(msgspec.Struct, kw_only=True):
    """What became of the points: `samples` were new; the others were left out, each for its reason.

    `doubled` had the same subject and time as another, `outside` lay on another day, `future` after now, `invalid` were
    no numbers or negative, `stored` fell into slots that were known already.
    """

    samples: int = 0
    doubled: int = 0
    outside: int = 0
    future: int = 0
    invalid: int = 0
    stored: int = 0


class Spread(msgspec.Struct, frozen=True, gc=False):
    """A subject's metric over a period: of all its samples, P50, P95 and maximum.

    `days` counts those with samples, `active_days` those whose mean passes the metric's mark, `covered` is the share of
    the expected slots that were seen.
    """

    samples: int
    covered: float
    days: int
    active_days: int
    p50: float
    p95: float
    most: float


class Reading(Protocol):
    """A day of a source while it is being read. Memory is bounded: some millions of points at a time."""

    @property
    def tally(self) -> Tally: ...
    def add(self, page: Page) -> None:
        """Takes points and numbers of the day."""
        ...

    def keep(self, part: Part) -> None:
        """What is stored already; before `add`."""
        ...

    def parts(self) -> Sequence[Part]:
        """Of each metric with anything, the day as it is now; what is as it was stored is not among them."""
        ...


class Histograms(Protocol):
    """The arithmetic."""

    def reading(self, source: str, day: date, interval_s: int, now: datetime) -> Reading:
        """An empty day."""
        ...

    def spreads(
        self,
        parts: Iterable[Stored],
        rosters: Mapping[bytes, bytes],
        marks: Mapping[Metric, float],
        days: int,
    ) -> Mapping[Metric, Mapping[UUID, Spread]]:
        """Adds up histograms of as many days; `marks` are what a day's mean has to pass to be an active day.

        Where several sources know a subject on a day, the one that saw more of it counts.
        """
        ...

    def quantiles(self, values: Sequence[float], shares: Sequence[float]) -> Sequence[float]:
        """The true quantiles of points."""
        ...
