"""Sources of telemetry: Prometheus, vSphere's counters, a cloud's diagnostics, files.

    for page in source.read(targets, begin_of(day), end_of(day), USE):
        for series in page.series: ...              # columns: series.at, series.values

A source hands out rates, never counters; it keeps the points, we keep daily histograms. Reading a day again gives the
day as it is known by now.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import msgspec

from cloudctl.domain.metrics import Metric


class Match(StrEnum):
    """By what a series was taken for a target's. An address or a name may be another machine's by now."""

    UUID = "uuid"
    NATIVE = "native"
    ADDRESS = "address"
    NAME = "name"


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A server that is asked about, as the inventory knows it; `id` is its inventory object."""

    id: UUID
    cloud: str
    native_id: str
    name: str
    addresses: tuple[str, ...] = ()
    vcpu: int | None = None
    memory_mib: int | None = None
    created_at: datetime | None = None


class Series(msgspec.Struct, frozen=True):
    """Points of one metric of one subject: `at` are whole epoch seconds (UTC), in any order, `values` in its unit.

    A value that is not a number, negative or infinite is no sample. Whoever takes it reads the arrays by the buffer
    protocol.
    """

    subject: UUID
    metric: Metric
    at: array[int]
    values: array[float]
    by: Match = Match.NATIVE


class Daily(msgspec.Struct, frozen=True):
    """One number of a day."""

    subject: UUID
    metric: Metric
    day: date
    value: float


class Known(msgspec.Struct, frozen=True):
    """The latest known day of something."""

    subject: UUID
    metric: Metric
    on: date


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A part of what a source knows. `warnings` are message ids and their values; `unmatched` counts foreign series."""

    series: Sequence[Series] = ()
    dailies: Sequence[Daily] = ()
    dates: Sequence[Known] = ()
    warnings: Sequence[tuple[str, dict[str, Any]]] = ()
    unmatched: int = 0


class Metrics(Protocol):
    """One source. Safe to use from several threads."""

    @property
    def name(self) -> str:
        """As it is set; the store keeps what it read under this name."""
        ...

    @property
    def kind(self) -> str:
        """As `prometheus`, `vsphere`, `diagnostics`, `simulated`."""
        ...

    @property
    def simulated(self) -> bool: ...
    @property
    def clouds(self) -> Collection[str] | None:
        """The clouds whose servers it knows; None for any."""
        ...

    @property
    def metrics(self) -> Collection[Metric]:
        """What it can tell."""
        ...

    @property
    def interval_s(self) -> int:
        """How far apart its points are: what coverage is counted against."""
        ...

    def check(self) -> None:
        """Asks for something cheap; raises BackendError with the reason."""
        ...

    def read(
        self, targets: Sequence[Target], since: datetime, until: datetime, metrics: Collection[Metric]
    ) -> Iterator[Page]:
        """What it knows from `since` until just before `until`, in pages of bounded size.

        Raises BackendError; what came before it counts, and the day stays partial.
        """
        ...


class MetricSources(Protocol):
    """The sources of this installation."""

    def all(self) -> Sequence[Metrics]:
        """In order of their names."""
        ...


class PointFile(Protocol):
    """A file of points, read once and laid out by days; `close` gives back the room that it took."""

    @property
    def names(self) -> Sequence[str]:
        """Of the servers in it."""
        ...

    @property
    def days(self) -> Sequence[date]:
        """Those with points, oldest first."""
        ...

    @property
    def interval_s(self) -> int:
        """How far apart points mostly are."""
        ...

    @property
    def dropped(self) -> int:
        """Rows without a server, a time or a known day."""
        ...

    def page(self, day: date, subjects: Mapping[str, UUID]) -> Page:
        """A day's points of those of the servers that have a subject."""
        ...

    def close(self) -> None: ...


class PointFiles(Protocol):
    """Reads files of points."""

    def open(self, path: Path) -> PointFile:
        """Reads a Parquet or CSV file in batches; raises Invalid naming the column and the way out."""
        ...
