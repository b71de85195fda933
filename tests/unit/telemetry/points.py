"""Series and pages for tests: a server's points by minutes of a day, and a source that plays them back."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID, uuid5

from cloudctl.domain.metrics import USE, Metric, begin_of
from cloudctl.ports.metrics import Daily, Known, Match, Metrics, Page, Series, Target

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
SPACE = UUID("00000000-0000-4000-8000-000000000000")


def subject(name: str) -> UUID:
    return uuid5(SPACE, name)


def series(
    of: UUID,
    values: Sequence[float],
    *,
    metric: Metric = Metric.CPU_PERCENT,
    day: date = DAY,
    first_s: int = 0,
    step_s: int = 300,
    by: Match = Match.NATIVE,
) -> Series:
    """Values one step apart."""
    begin = int(begin_of(day).timestamp()) + first_s
    at = array("q", [begin + step_s * place for place in range(len(values))])
    return Series(of, metric, at, array("d", values), by)


def page(*of: Series) -> Page:
    return Page(series=list(of))


@dataclass
class Recorded:
    """A source that tells what it was given, and breaks where it shall."""

    name: str = "recorded"
    kind: str = "recorded"
    simulated: bool = True
    clouds: Collection[str] | None = None
    metrics: Collection[Metric] = USE
    interval_s: int = 300
    told: list[Series] = field(default_factory=list)
    dailies: list[Daily] = field(default_factory=list)
    dates: dict[date, list[Known]] = field(default_factory=dict)
    warnings: tuple[tuple[str, dict[str, object]], ...] = ()
    breaks: Exception | None = None
    breaks_after: int = 0
    asked: list[tuple[date, frozenset[UUID]]] = field(default_factory=list)

    def check(self) -> None:
        if self.breaks is not None:
            raise self.breaks

    def read(
        self, targets: Sequence[Target], since: datetime, until: datetime, metrics: Collection[Metric]
    ) -> Iterator[Page]:
        self.asked.append((since.date(), frozenset(target.id for target in targets)))
        begin, end = since.timestamp(), until.timestamp()
        mine = [one for one in self.told if one.metric in metrics and any(begin <= at < end for at in one.at)]
        for place, one in enumerate(mine):
            if self.breaks is not None and place >= self.breaks_after:
                raise self.breaks
            yield Page(series=[one], warnings=self.warnings)
        if self.breaks is not None:
            raise self.breaks
        days = [daily for daily in self.dailies if since.date() <= daily.day < until.date()]
        yield Page(dailies=days, dates=self.dates.get(since.date(), []))


class Playing:
    """ports.metrics.MetricSources over these sources."""

    def __init__(self, *sources: Metrics) -> None:
        self._sources = list(sources)

    def all(self) -> Sequence[Metrics]:
        return self._sources


def flat(value: float, count: int = 288) -> list[float]:
    return [value] * count
