"""What a vCenter keeps of the use of its machines: its performance manager's historical intervals.

The finest interval (five minutes) goes back a day, a coarser one a week, and so on: each stretch of what is asked for
is read as fine as it is still kept. A sample is stamped with the end of what it stands for, and holds hundredths of a
percent or KiB a second; a negative one is a hole.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from pyVmomi import vim

from cloudctl.domain.clouds import Capability
from cloudctl.domain.errors import Absent, Unsupported
from cloudctl.domain.metrics import Metric
from cloudctl.domain.usage import Counters, Course, Told
from cloudctl.ports.clock import Clock
from cloudctl.providers.vsphere.client import Client
from cloudctl.providers.vsphere.reader import Reader

#: Counters by name, and what one of their units is.
COUNTERS: Mapping[str, tuple[Metric, float]] = {
    "cpu.usage.average": (Metric.CPU_PERCENT, 0.01),
    "mem.usage.average": (Metric.MEMORY_PERCENT, 0.01),
    "disk.usage.average": (Metric.DISK_KIB_S, 1.0),
    "net.usage.average": (Metric.NETWORK_KIB_S, 1.0),
}
#: A vCenter refuses a query of more metrics than this, unless its administrator allowed more.
MOST_METRICS = 64
INTERVAL_S = 300


class Interval(NamedTuple):
    """One of the ways in which a vCenter keeps its samples: each `period_s`, for `length_s`."""

    period_s: int
    length_s: int


class Stretch(NamedTuple):
    """What is read in one interval, in epoch seconds."""

    period_s: int
    begin_s: int
    end_s: int


class VSphereUsage:
    """ports.clouds.Usage."""

    metrics: frozenset[Metric] = frozenset(metric for metric, _ in COUNTERS.values())
    interval_s = INTERVAL_S

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._reader = Reader(client)

    def history(
        self, servers: Collection[str], since: datetime, until: datetime, metrics: Collection[Metric]
    ) -> Iterator[Told]:
        counters = {key: told for key, told in self._counters().items() if told[0] in metrics}
        if not counters or not servers:
            return
        machines = self._machines(set(servers))
        now_s = int(self._clock.now().timestamp())
        begin_s, end_s = int(since.timestamp()), int(until.timestamp())
        lot = MOST_METRICS // len(counters)
        for stretch in stretches(self._intervals(), begin_s, end_s, now_s):
            moids = list(machines)
            for start in range(0, len(moids), lot):
                answers = self._ask(moids[start : start + lot], list(counters), stretch)
                courses = [
                    course for answer in answers for course in _courses(answer, machines, counters, stretch.period_s)
                ]
                if courses:
                    yield Told(courses=courses)

    def counters(self, servers: Collection[str]) -> Iterator[Sequence[Counters]]:  # noqa: ARG002 - as the port has it
        raise Unsupported("vSphere does not offer {capability}.", capability=Capability.DIAGNOSTICS.value)

    def _counters(self) -> dict[int, tuple[Metric, float]]:
        """The keys of our counters in this vCenter: they differ between vCenters."""
        listed = self._client.call(lambda content: list(content.perfManager.perfCounter))
        names = {each.key: f"{each.groupInfo.key}.{each.nameInfo.key}.{each.rollupType}" for each in listed}
        return {key: COUNTERS[name] for key, name in names.items() if name in COUNTERS}

    def _intervals(self) -> list[Interval]:
        kept = self._client.call(lambda content: list(content.perfManager.historicalInterval))
        return sorted(Interval(each.samplingPeriod, each.length) for each in kept if each.enabled)

    def _machines(self, uuids: Collection[str]) -> dict[str, str]:
        """The instance UUIDs by the ids that the vCenter uses, of those that are there."""
        pages = self._reader.machines(["config.instanceUuid"])
        told = ((seen.moid, str(seen.values.get("config.instanceUuid", ""))) for page in pages for seen in page)
        return {moid: uuid for moid, uuid in told if uuid in uuids}

    def _ask(self, moids: Sequence[str], keys: Sequence[int], stretch: Stretch) -> Sequence[Any]:
        """The answers for some machines; one that is gone meanwhile fails them all, so then each is asked alone."""
        specs = [self._spec(moid, keys, stretch) for moid in moids]
        try:
            return self._client.call(partial(_query, specs))
        except Absent:
            if len(moids) == 1:
                return ()
            return [answer for moid in moids for answer in self._ask([moid], keys, stretch)]

    def _spec(self, moid: str, keys: Sequence[int], stretch: Stretch) -> Any:
        return vim.PerformanceManager.QuerySpec(
            entity=self._client.ref(vim.VirtualMachine, moid),
            metricId=[vim.PerformanceManager.MetricId(counterId=key, instance="") for key in keys],
            intervalId=stretch.period_s,
            startTime=datetime.fromtimestamp(stretch.begin_s, UTC),
            endTime=datetime.fromtimestamp(stretch.end_s, UTC),
            maxSample=(stretch.end_s - stretch.begin_s) // stretch.period_s + 1,
            format="csv",
        )


def stretches(intervals: Sequence[Interval], begin_s: int, end_s: int, now_s: int) -> Iterator[Stretch]:
    """What is asked for, cut where a finer interval is no longer kept; what none keeps is left out. Latest first."""
    latest = min(end_s, now_s)
    for interval in intervals:
        # What ends within the kept length is there; cut at a whole sample, so that none is told twice.
        oldest = -(-(now_s - interval.length_s) // interval.period_s) * interval.period_s
        begin = max(begin_s, oldest)
        if begin < latest:
            yield Stretch(interval.period_s, begin, latest)
            latest = begin
        if latest <= begin_s:
            return


def _query(specs: Sequence[Any], content: Any) -> Sequence[Any]:
    return list(content.perfManager.QueryPerf(list(specs)) or ())


def _courses(
    answer: Any, machines: Mapping[str, str], counters: Mapping[int, tuple[Metric, float]], period_s: int
) -> Iterator[Course]:
    """The points of one machine; a machine that has none yields nothing."""
    info = (answer.sampleInfoCSV or "").split(",")
    moments = [int(_moment(text).timestamp()) - period_s for text in info[1::2]]
    server = machines[answer.entity._GetMoId()]  # noqa: SLF001 - pyVmomi's only way
    for series in answer.value or ():
        metric, unit = counters[series.id.counterId]
        values = [int(text) for text in series.value.split(",")] if series.value else []
        there = [(at, value * unit) for at, value in zip(moments, values, strict=False) if value >= 0]
        if there:
            yield Course(
                server,
                metric,
                array("q", [at for at, _ in there]),
                array("d", [value for _, value in there]),
                period_s,
            )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
