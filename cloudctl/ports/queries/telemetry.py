"""What scans ask of the stored telemetry, and who is to be asked about.

`known_at` looks at the past as it was known at a moment: what was stored or replaced later is not seen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from cloudctl.domain.metrics import Metric
from cloudctl.domain.telemetry import DayRead
from cloudctl.ports.histograms import Stored
from cloudctl.ports.metrics import Target


class Span(NamedTuple):
    """The stored parts of a period, by metric, day and source; they are read as they are asked for."""

    rosters: Mapping[bytes, bytes]
    parts: Iterator[Stored]


class Telemetry(Protocol):
    """Reads of the stored telemetry."""

    def span(
        self,
        metrics: Collection[Metric],
        first: date,
        last: date,
        *,
        counts: bool = True,
        known_at: datetime | None = None,
    ) -> Span:
        """The parts from the first to the last day; with their histograms, or with their figures alone."""
        ...

    def dates(
        self, subjects: Collection[UUID] | None, as_of: date, known_at: datetime | None = None
    ) -> Mapping[UUID, Mapping[Metric, date]]:
        """The latest known dates as of a day; of all subjects without any."""
        ...

    def reads(self, first: date, last: date, source: str | None = None) -> Sequence[DayRead]:
        """What was read of these days, newest day first, by source."""
        ...

    def newest_reads(self) -> Mapping[str, DayRead]:
        """By source, the reading of its newest day."""
        ...

    def targets(self, clouds: Collection[str] | None) -> Sequence[Target]:
        """The servers that these clouds have, as the inventory knows them; None for all clouds."""
        ...

    def subjects(self, resources: Collection[UUID]) -> Mapping[UUID, Sequence[UUID]]:
        """By our servers, the inventory objects that they are or were."""
        ...
