"""Telemetry as it is stored: the parts of each day, the dates, and what was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from cloudctl.domain.telemetry import DateKnown, DayRead
from cloudctl.ports.histograms import Part


class Telemetry(Protocol):
    """Telemetry as it is stored."""

    def parts(self, source: str, day: date) -> Sequence[Part]:
        """What is stored of a source's day, one part a metric."""
        ...

    def put(self, parts: Sequence[Part]) -> None:
        """Stores parts, and marks those that they replace; raises Contended where those were replaced meanwhile."""
        ...

    def know(self, dates: Sequence[DateKnown]) -> None:
        """Stores dates; one that was told before stays as it was."""
        ...

    def reads(self, source: str, since: date) -> Mapping[date, DayRead]:
        """The last readings of a source's days from a day on."""
        ...

    def note(self, read: DayRead) -> None:
        """Keeps a reading, in the place of the one before of the same day."""
        ...

    def forget_before(self, day: date, replaced_before: datetime) -> int:
        """Drops what is of older days, and what was replaced before; answers how many parts."""
        ...
