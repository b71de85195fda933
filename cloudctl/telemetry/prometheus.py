"""A Prometheus as a source of telemetry: `ports.metrics.Metrics`.

    source = PrometheusSource("city", client, [sets["libvirt"], sets["node"]], clock, step_s=300, scrape_s=60)
    for page in source.read(targets, since, until, USE): ...

Rates are Prometheus' own (`rate` bears counters that begin again). A value at a moment tells of the step before it and
is stamped with that step's beginning. A query that Prometheus refuses or does not finish costs only what it would have
told: the others are asked first, and then the refusal is raised, so that the day stays partial and says why.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from math import isfinite
from typing import Any
from uuid import UUID

from cloudctl.domain.errors import BackendError, Busy, Rejected
from cloudctl.domain.metrics import ACTIVITY, DAY_S, USE, Metric, begin_of, end_of, utc_day
from cloudctl.messages import mark
from cloudctl.policy.series import SeriesQuery, SeriesSet
from cloudctl.ports.clock import Clock
from cloudctl.ports.metrics import Daily, Known, Match, Page, Series, Target
from cloudctl.telemetry.matching import WEAK, Matcher
from cloudctl.telemetry.promql import Answer, Found, PromClient, TooLarge

MOST_POINTS_A_SERIES = 11_000
"""Prometheus refuses a question with more."""
MOST_POINTS = 400_000
"""So many points are asked for at a time, by the number of servers."""
SCRAPES_IN_WINDOW = 4
SKEW_S = 60.0
EARLIEST = date(2000, 1, 1)
LATEST = date(2200, 1, 1)
WARNING = mark("The source {source} warns of {query}: {words}")
SKEWED = mark("The clock of the source {source} differs from ours by {seconds} s.")
TOO_LARGE = "The answer of the source {source} to {query} is too large: have it ask for fewer series."

Told = tuple[str, dict[str, Any]]


class PrometheusSource:
    """One Prometheus, asked by its sets of queries."""

    kind = "prometheus"
    simulated = False

    def __init__(
        self,
        name: str,
        client: PromClient,
        sets: Sequence[SeriesSet],
        clock: Clock,
        *,
        step_s: int,
        scrape_s: int,
        clouds: Collection[str] | None = None,
    ) -> None:
        self.name = name
        self.clouds = clouds
        self.interval_s = step_s
        self.metrics = frozenset(query.metric for each in sets for query in each.queries)
        self._client = client
        self._sets = tuple(sets)
        self._clock = clock
        self._window_s = max(step_s, SCRAPES_IN_WINDOW * scrape_s)

    def check(self) -> None:
        """Has it evaluate a constant."""
        self._client.at("vector(1)", int(self._clock.now().timestamp()), about="vector(1)")

    def read(
        self, targets: Sequence[Target], since: datetime, until: datetime, metrics: Collection[Metric]
    ) -> Iterator[Page]:
        latest = min(until, self._clock.now())
        reading = _Reading(self, self._client, self._window_s, targets)
        day = utc_day(since)
        while begin_of(day) < latest:
            span = max(since, begin_of(day)), min(latest, end_of(day))
            for metric in Metric:
                if metric in metrics and metric in self.metrics:
                    yield from reading.tell(self._asked(metric), day, span)
            day += timedelta(days=1)
        if reading.refusal is not None:
            raise reading.refusal

    def _asked(self, metric: Metric) -> Iterator[tuple[SeriesSet, SeriesQuery]]:
        """The queries for a metric, the most trusted first."""
        return ((each, query) for each in self._sets for query in each.queries if query.metric is metric)


class _Reading:
    """One reading: whose series are whose, what was warned of, and what was refused first."""

    def __init__(self, source: PrometheusSource, client: PromClient, window_s: int, targets: Sequence[Target]) -> None:
        self._source = source
        self._client = client
        self._window_s = window_s
        self._targets = targets
        self._matchers: dict[str, Matcher] = {}
        self._warned: set[str] = set()
        self.refusal: BackendError | None = None

    def tell(
        self, asked: Iterator[tuple[SeriesSet, SeriesQuery]], day: date, span: tuple[datetime, datetime]
    ) -> Iterator[Page]:
        """What is known of one metric on one day: of each server what the first query says that knows it."""
        told: set[UUID] = set()
        for owner, query in asked:
            about = f"{owner.name}/{query.metric.value}"
            fresh: set[UUID] = set()
            try:
                for page in self._pages(owner, query, day, span, about):
                    kept = _but(page, told)
                    fresh.update(each.subject for each in kept.series)
                    fresh.update(each.subject for each in kept.dailies)
                    fresh.update(each.subject for each in kept.dates)
                    yield kept
            except (Rejected, Busy) as refusal:
                self.refusal = self.refusal or refusal
            told |= fresh

    def _pages(
        self, owner: SeriesSet, query: SeriesQuery, day: date, span: tuple[datetime, datetime], about: str
    ) -> Iterator[Page]:
        step_s = self._source.interval_s
        promql = query.filled(step_s=step_s, window_s=self._window_s, day_s=DAY_S)
        matcher = self._matcher(owner)
        if query.metric not in USE:
            # A day that is not over yet is told as far as it goes.
            answer = self._whole(lambda: self._client.at(promql, int(span[1].timestamp()), about=about), about)
            yield self._numbers(answer, matcher, query.metric, day, about)
            return
        begin_s = int(span[0].timestamp()) // step_s * step_s
        for first_s, last_s in self._chunks(begin_s + step_s, int(span[1].timestamp())):
            for answer in self._answers(promql, first_s, last_s, about):
                yield self._points(answer, matcher, query.metric, about)

    def _chunks(self, first_s: int, last_s: int) -> Iterator[tuple[int, int]]:
        """The moments from first to last in questions of bounded size, each by its own first and last."""
        step_s = self._source.interval_s
        most = max(12, min(MOST_POINTS_A_SERIES, MOST_POINTS // max(1, len(self._targets)))) - 1
        while first_s <= last_s:
            yield first_s, min(last_s, first_s + most * step_s)
            first_s += (most + 1) * step_s

    def _answers(self, promql: str, first_s: int, last_s: int, about: str) -> Iterator[Answer]:
        """The answer, or those to ever smaller parts of the question where it is too large."""
        step_s = self._source.interval_s
        try:
            yield self._client.over_time(promql, first_s, last_s, step_s=step_s, about=about)
        except TooLarge:
            steps = (last_s - first_s) // step_s
            if steps == 0:
                raise Rejected(TOO_LARGE, source=self._source.name, query=about) from None
            middle_s = first_s + steps // 2 * step_s
            yield from self._answers(promql, first_s, middle_s, about)
            yield from self._answers(promql, middle_s + step_s, last_s, about)

    def _whole(self, ask: Callable[[], Answer], about: str) -> Answer:
        try:
            return ask()
        except TooLarge:
            raise Rejected(TOO_LARGE, source=self._source.name, query=about) from None

    def _points(self, answer: Answer, matcher: Matcher, metric: Metric, about: str) -> Page:
        series = []
        unmatched = 0
        for found in answer.result:
            match = matcher.find(found.metric)
            if match is None:
                unmatched += 1
            elif (taken := self._series(found, metric, *match)) is not None:
                series.append(taken)
        return Page(series=series, warnings=self._warnings(answer, about), unmatched=unmatched)

    def _series(self, found: Found, metric: Metric, target: Target, by: Match) -> Series | None:
        """The points that are this server's: by a weak label, none from before it was made."""
        oldest_s = target.created_at.timestamp() if by in WEAK and target.created_at else 0.0
        step_s = self._source.interval_s
        # Written by Prometheus itself, a number can be NaN or infinite: the store knows that this is no sample.
        kept = [(int(at) - step_s, float(value)) for at, value in found.values if at - step_s >= oldest_s]
        if not kept:
            return None
        return Series(
            target.id, metric, array("q", [at for at, _ in kept]), array("d", [value for _, value in kept]), by
        )

    def _numbers(self, answer: Answer, matcher: Matcher, metric: Metric, day: date, about: str) -> Page:
        dailies: dict[UUID, Daily] = {}
        dates: dict[UUID, Known] = {}
        unmatched = 0
        for found in answer.result:
            match = matcher.find(found.metric)
            number = float(found.value[1]) if found.value else -1.0
            if match is None:
                unmatched += 1
            elif isfinite(number) and number >= 0 and not _before(match, day):
                subject = match[0].id
                if metric in ACTIVITY:
                    dailies[subject] = Daily(subject, metric, day, round(number, 2))
                elif (on := _on(number)) is not None and not (match[1] in WEAK and _older(match[0], on)):
                    dates[subject] = Known(subject, metric, on)
        return Page(
            dailies=list(dailies.values()),
            dates=list(dates.values()),
            warnings=self._warnings(answer, about),
            unmatched=unmatched,
        )

    def _matcher(self, owner: SeriesSet) -> Matcher:
        if owner.name not in self._matchers:
            self._matchers[owner.name] = Matcher(owner.servers, self._targets)
        return self._matchers[owner.name]

    def _warnings(self, answer: Answer, about: str) -> list[Told]:
        """What is worth telling, each once a reading."""
        source = self._source.name
        told: list[tuple[str, Told]] = [
            (f"{about}: {words}", (WARNING, {"source": source, "query": about, "words": words}))
            for words in answer.warnings
        ]
        if abs(answer.skew_s) > SKEW_S:
            told.append(("skew", (SKEWED, {"source": source, "seconds": round(answer.skew_s)})))
        fresh = [warning for key, warning in told if key not in self._warned]
        self._warned.update(key for key, _ in told)
        return fresh


def _but(page: Page, told: Collection[UUID]) -> Page:
    """A page without the servers that were told of before."""
    if not told:
        return page
    return Page(
        series=[each for each in page.series if each.subject not in told],
        dailies=[each for each in page.dailies if each.subject not in told],
        dates=[each for each in page.dates if each.subject not in told],
        warnings=page.warnings,
        unmatched=page.unmatched,
    )


def _before(match: tuple[Target, Match], day: date) -> bool:
    """Whether a number of a day may be of the machine that had the address or the name before."""
    target, by = match
    return by in WEAK and target.created_at is not None and begin_of(day) < target.created_at


def _older(target: Target, on: date) -> bool:
    return target.created_at is not None and on < utc_day(target.created_at)


def _on(number: float) -> date | None:
    """The UTC day of seconds of the epoch; None for what is none, such as a gauge that was never set."""
    try:
        on = datetime.fromtimestamp(number, UTC).date()
    except (OverflowError, ValueError, OSError):
        return None
    return on if EARLIEST < on < LATEST else None
