"""Telemetry: sources, readings of days, coverage, and what is known of one server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import ConfigDict

from api.schemas.fields import In, Line, Out
from cloudctl.domain.metrics import Metric
from cloudctl.domain.telemetry import DayRead
from cloudctl.governance.zombies.days import DayUse
from cloudctl.messages import LOCALES, fill, translator
from cloudctl.services.readings import FileTaken
from cloudctl.services.telemetry import Covered, SourceState


class ReadIn(In):
    """Which days a worker shall read next; without a source, of all. `afresh` starts the days anew."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"first": "2026-11-01", "last": "2026-11-20"}]})

    first: date
    last: date
    source: Line | None = None
    afresh: bool = False


class ReadOut(Out, frozen=True, kw_only=True):
    """How the last reading of a day went: how many of the servers had anything, and what became of the samples.

    `samples` were new, `stored` known already; `doubled`, `outside` the day, in the `future` and `invalid` ones were
    left out. `state` is asked, complete, partial or failed.
    """

    source: str
    day: date
    kind: str
    simulated: bool
    state: str
    read_at: datetime
    targets: int
    subjects: int
    samples: int
    stored: int
    doubled: int
    outside: int
    future: int
    invalid: int
    unmatched: int
    warnings: list[dict[str, str]]
    error: dict[str, str] | None

    @classmethod
    def told(cls, read: DayRead) -> Self:
        """This shape of a reading."""
        names = [name for name in cls.__struct_fields__ if name not in {"warnings", "state", "error"}]
        return cls(
            warnings=[_words(message, params) for message, params in read.warnings],
            state=read.state.value,
            error=None if read.error is None else _words(*read.error),
            **{name: getattr(read, name) for name in names},
        )


class ReadsOut(Out, frozen=True, kw_only=True):
    """The days that are to be read."""

    asked: list[ReadOut]

    @classmethod
    def told(cls, reads: Sequence[DayRead]) -> Self:
        """This shape of readings."""
        return cls(asked=[ReadOut.told(read) for read in reads])


class SourceOut(Out, frozen=True, kw_only=True):
    """A source of telemetry, and its newest day that was read; without metrics it is not set any more, or a file.

    `answers` is told where a check was asked for; `problem` then says, by language, why it does not.
    """

    name: str
    kind: str
    simulated: bool
    clouds: list[str] | None
    metrics: list[str]
    interval_s: int
    newest: ReadOut | None
    answers: bool | None = None
    problem: dict[str, str] | None = None

    @classmethod
    def told(cls, source: SourceState) -> Self:
        """This shape of a source."""
        return cls(
            name=source.name,
            kind=source.kind,
            simulated=source.simulated,
            clouds=None if source.clouds is None else list(source.clouds),
            metrics=list(source.metrics),
            interval_s=source.interval_s,
            newest=None if source.newest is None else ReadOut.told(source.newest),
            answers=None if source.problem is None else not source.problem,
            problem=dict(source.problem) if source.problem else None,
        )


class CoverageOut(Out, frozen=True, kw_only=True):
    """How much is known of a server over a period: days with samples, and of each metric the share that was seen.

    What is not covered is not known: it is never idle.
    """

    id: UUID
    cloud: str
    native_id: str
    name: str
    resource_id: UUID | None
    department_id: UUID | None
    days: int
    samples: int
    cpu: float
    memory: float
    disk: float
    network: float
    newest: date | None
    sources: list[str]

    @classmethod
    def told(cls, covered: Covered) -> Self:
        """This shape of a server's coverage."""
        names = [name for name in cls.__struct_fields__ if name != "sources"]
        return cls(sources=list(covered.sources), **{name: getattr(covered, name) for name in names})


class DayUseOut(Out, frozen=True, kw_only=True):
    """What a server did on a UTC day; null is not measured."""

    day: date
    samples: int
    cpu_percent: float | None
    cpu_p95: float | None
    cpu_max: float | None
    memory_percent: float | None
    disk_mib: float | None
    network_mib: float | None
    network_p95_kib_s: float | None
    logins: int | None
    connections: int | None
    http_requests: int | None
    dns_queries: int | None
    writes_by_people: int | None


class ServerTelemetryOut(Out, frozen=True, kw_only=True):
    """What is known of a server: coverage, the latest dates by metric, and its days of use, oldest first."""

    coverage: CoverageOut
    dates: dict[str, date]
    days: list[DayUseOut]

    @classmethod
    def told(cls, known: tuple[Covered, Sequence[DayUse], Mapping[Metric, date]]) -> Self:
        """This shape of what is known."""
        covered, days, dates = known
        return cls(
            coverage=CoverageOut.told(covered),
            dates={metric.value: on for metric, on in sorted(dates.items())},
            days=[DayUseOut.of(day) for day in days],
        )


class FileTakenOut(Out, frozen=True, kw_only=True):
    """What became of a file: of how many servers it had samples of which days; `unknown` are some it had besides."""

    source: str
    first: date
    last: date
    days: int
    servers: int
    unmatched: int
    unknown: list[str]
    samples: int
    doubled: int
    future: int
    invalid: int
    stored: int
    dropped: int

    @classmethod
    def told(cls, taken: FileTaken) -> Self:
        """This shape of a file that was taken."""
        names = [name for name in cls.__struct_fields__ if name != "unknown"]
        return cls(unknown=list(taken.unknown), **{name: getattr(taken, name) for name in names})


def _words(message: str, params: Mapping[str, Any]) -> dict[str, str]:
    return {locale: fill(translator(locale), message, params) for locale in LOCALES}
