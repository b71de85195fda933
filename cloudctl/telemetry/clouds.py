"""What clouds themselves tell of their servers, as sources of telemetry: `ports.metrics.Metrics`.

`Kept` reads the history that a cloud keeps (vSphere, the simulated one). `Looked` makes rates of the counters that
`services.usage` looked at again and again, for clouds that keep none (OpenStack). A cloud's servers are known by the
cloud's own ids, so nothing is guessed.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from cloudctl.domain.clouds import DECLARED, Capability, Cloud, CloudKind
from cloudctl.domain.errors import Absent, Busy, ConfigurationError, Rejected
from cloudctl.domain.metrics import USE, Metric
from cloudctl.domain.usage import Counters, Course, Lapse, Told, rates, unpacked
from cloudctl.messages import mark
from cloudctl.ports.clock import Clock
from cloudctl.ports.clouds import Clouds
from cloudctl.ports.clouds import Usage as CloudUsage
from cloudctl.ports.metrics import Daily, Known, Metrics, Page, Series, Target
from cloudctl.ports.queries.usage import UsageSamples

INTERVAL_S = 300
MOST_POINTS = 500_000
"""So many points of looks are handed on at a time."""
MOST_APART = 3
"""Intervals between two looks that still make a rate."""
COARSE = mark("The cloud {cloud} keeps this time only every {minutes} minutes: peaks are flattened.")
LAPSES: Mapping[str, str] = {
    "reset": mark("Counters of {count} intervals began again in the cloud {cloud}: they tell nothing."),
    "clock": mark("The clock jumped in {count} intervals of the cloud {cloud}: they tell nothing."),
    "apart": mark("In {count} intervals of the cloud {cloud} nobody looked for too long: they tell nothing."),
}
LOOK_FAILED = mark("A look at the cloud {cloud} failed: {words}")
NOT_SET = mark("The cloud is not connected: {words}")
NO_LOOK = "The cloud {cloud} has not been looked at yet."
LAST_LOOK = mark("The last look at the cloud {cloud} failed: {words}")


def of_clouds(
    clouds: Callable[[], Iterable[Cloud]],
    connected: Clouds,
    samples: UsageSamples,
    clock: Clock,
    *,
    every_s: int = INTERVAL_S,
    without: Collection[str] = (),
) -> Callable[[], list[Metrics]]:
    """What makes the sources of the clouds that are in use, but for those `without`."""

    def made() -> list[Metrics]:
        found: list[Metrics] = []
        for cloud in clouds():
            if cloud.code in without:
                continue
            if Capability.METRICS in DECLARED[cloud.kind]:
                found.append(Kept(cloud, connected))
            elif Capability.DIAGNOSTICS in DECLARED[cloud.kind]:
                found.append(Looked(cloud, samples, clock, every_s=every_s))
        return found

    return made


class Kept:
    """The history that one cloud keeps."""

    def __init__(self, cloud: Cloud, connected: Clouds) -> None:
        self._cloud = cloud
        self._connected = connected
        self.kind = cloud.kind.value
        self.name = f"{self.kind}:{cloud.code}"
        self.simulated = cloud.kind is CloudKind.SIMULATED
        self.clouds: Collection[str] | None = (cloud.code,)

    @property
    def metrics(self) -> Collection[Metric]:
        try:
            return self._usage().metrics
        except Rejected:
            return frozenset(USE)

    @property
    def interval_s(self) -> int:
        try:
            return self._usage().interval_s
        except Rejected:
            return INTERVAL_S

    def check(self) -> None:
        with _configured():
            self._connected.provider(self._cloud).check()

    def read(
        self, targets: Sequence[Target], since: datetime, until: datetime, metrics: Collection[Metric]
    ) -> Iterator[Page]:
        usage = self._usage()
        subjects = {target.native_id: target.id for target in targets if target.cloud == self._cloud.code}
        coarse: set[int] = set()
        for told in usage.history(list(subjects), since, until, metrics):
            fresh = {each.interval_s for each in told.courses if each.interval_s > usage.interval_s} - coarse
            coarse |= fresh
            yield self._page(told, subjects, usage.interval_s, fresh)

    def _page(self, told: Told, subjects: Mapping[str, UUID], interval_s: int, coarse: Iterable[int]) -> Page:
        courses = [_spread(each, interval_s) for each in told.courses]
        return Page(
            series=[
                Series(subjects[each.server], each.metric, each.at, each.values)
                for each in courses
                if each.server in subjects
            ],
            dailies=[
                Daily(subjects[each.server], each.metric, each.day, each.value)
                for each in told.activities
                if each.server in subjects
            ],
            dates=[
                Known(subjects[each.server], each.metric, each.on) for each in told.occasions if each.server in subjects
            ],
            warnings=[(COARSE, {"cloud": self._cloud.code, "minutes": seconds // 60}) for seconds in sorted(coarse)],
        )

    def _usage(self) -> CloudUsage:
        with _configured():
            return self._connected.provider(self._cloud).usage


class Looked:
    """The rates between the looks at one cloud's counters."""

    kind = "diagnostics"
    simulated = False
    metrics: Collection[Metric] = frozenset(USE)

    def __init__(self, cloud: Cloud, samples: UsageSamples, clock: Clock, *, every_s: int) -> None:
        self._code = cloud.code
        self._samples = samples
        self._clock = clock
        self.name = f"{self.kind}:{cloud.code}"
        self.clouds: Collection[str] | None = (cloud.code,)
        self.interval_s = every_s

    def check(self) -> None:
        """Whether the last look was good and not long ago."""
        last = self._samples.latest(self._code)
        if last is None:
            raise Absent(NO_LOOK, cloud=self._code)
        if last.error is not None:
            raise Busy(LAST_LOOK, cloud=self._code, words=last.error)
        if self._clock.now() - last.at > timedelta(seconds=MOST_APART * self.interval_s):
            raise Busy(
                "Nobody has looked at the cloud {cloud} since {at}.",
                cloud=self._code,
                at=last.at.isoformat(timespec="minutes"),
            )

    def read(
        self, targets: Sequence[Target], since: datetime, until: datetime, metrics: Collection[Metric]
    ) -> Iterator[Page]:
        subjects = {target.native_id: target.id for target in targets if target.cloud == self._code}
        most_s = float(MOST_APART * self.interval_s)
        before: dict[str, Counters] = {}
        gathered: dict[tuple[str, Metric], tuple[array[int], array[float]]] = {}
        lapses: Counter[str] = Counter()
        errors: dict[str, None] = {}
        wanted = frozenset(metrics)
        # A rate tells of the time before a look: the first look after the end tells of the last of the day.
        for sample in self._samples.samples(self._code, since, until + timedelta(seconds=most_s)):
            if sample.error is not None:
                errors.setdefault(sample.error)
            for counted in unpacked(sample.packed):
                last, before[counted.server] = before.get(counted.server), counted
                if last is None or counted.server not in subjects or last.at_s >= until.timestamp():
                    continue
                told = rates(last, counted, most_s=most_s)
                if isinstance(told, Lapse):
                    lapses[told.why] += 1
                    continue
                for metric in wanted & told.keys():
                    at, values = gathered.setdefault((counted.server, metric), (array("q"), array("d")))
                    at.append(int(last.at_s))
                    values.append(told[metric])
            if sum(len(at) for at, _ in gathered.values()) >= MOST_POINTS:
                yield _gathered(gathered, subjects)
                gathered = {}
        yield _gathered(gathered, subjects)
        warnings: list[tuple[str, dict[str, object]]] = [
            (LAPSES[why], {"count": count, "cloud": self._code}) for why, count in sorted(lapses.items())
        ]
        warnings += [(LOOK_FAILED, {"cloud": self._code, "words": words}) for words in list(errors)[:3]]
        yield Page(warnings=warnings)


def _gathered(
    points: Mapping[tuple[str, Metric], tuple[array[int], array[float]]], subjects: Mapping[str, UUID]
) -> Page:
    return Page(series=[Series(subjects[server], metric, *told) for (server, metric), told in points.items()])


def _spread(course: Course, interval_s: int) -> Course:
    """A point that stands for a long time, as points of the usual interval: its mean is right, its peaks are gone."""
    times = course.interval_s // interval_s
    if times <= 1:
        return course
    at = array("q", [moment + number * interval_s for moment in course.at for number in range(times)])
    values = array("d", [value for value in course.values for _ in range(times)])
    return Course(course.server, course.metric, at, values, interval_s)


@contextmanager
def _configured() -> Iterator[None]:
    """A cloud without credentials is a source that refuses."""
    try:
        yield
    except ConfigurationError as error:
        raise Rejected(NOT_SET, words=str(error)) from error
