"""Telemetry out of the store: days of use, dates, scans, coverage; candidates near a threshold from the points.

    uses = day_uses(ctx, subjects, date(2026, 8, 24), date(2026, 11, 21))
    found = scan(ctx, date(2026, 8, 24), date(2026, 11, 21))[Metric.CPU_PERCENT]
    idle = under(ctx, first, last, metric=Metric.CPU_PERCENT, share=0.95, threshold=5.0)

The functions that take no request check nobody's permission: they are for other use cases, outside of a transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import Permission
from cloudctl.domain.errors import BackendError, CloudctlError, Invalid, NotFound
from cloudctl.domain.histograms import SCALES, SLOT_S, Figures, subjects_of, unpacked
from cloudctl.domain.metrics import ACTIVITY, DAY_S, USE, Metric, begin_of, end_of
from cloudctl.domain.telemetry import DayRead
from cloudctl.governance.zombies.days import DayUse
from cloudctl.messages import LOCALES, fill, translator
from cloudctl.ports.context import Context, Request
from cloudctl.ports.histograms import Spread, Stored
from cloudctl.ports.metrics import Metrics
from cloudctl.ports.queries import Page, PageAsk, scope_of
from cloudctl.ports.queries.rows import InventoryRow

ALL_AT_ONCE = 500
"""More subjects than that are read with everybody else, and picked afterwards."""
MARKS: Mapping[Metric, float] = {Metric.CPU_PERCENT: 5.0, Metric.NETWORK_KIB_S: 50 * 1024 / DAY_S}
"""What a day's mean has to pass to be an active day: 5 % CPU, or 50 MiB in the day."""
JUDGED = (Metric.CPU_PERCENT, Metric.NETWORK_KIB_S)
LONGEST_DAYS = 400
MOST_CHECKS = 8


class SubjectUse(NamedTuple):
    """What is known of a subject over a period: its days with anything, oldest first, and by which sources.

    `coverage` is the share of the expected five minutes that were seen, by metric; `judged` the least of CPU's and the
    network's, which is what a judgement about idleness rests on.
    """

    days: Sequence[DayUse]
    sources: tuple[str, ...]
    samples: int
    coverage: Mapping[Metric, float]

    @property
    def judged(self) -> float:
        """The coverage of what a judgement about idleness needs."""
        return min(self.coverage.get(metric, 0.0) for metric in JUDGED)


class SourceState(msgspec.Struct, frozen=True, kw_only=True):
    """A source, and its newest day that was read."""

    name: str
    kind: str
    simulated: bool
    clouds: tuple[str, ...] | None
    metrics: tuple[str, ...]
    interval_s: int
    newest: DayRead | None
    problem: Mapping[str, str] | None = None
    """What it said to a check just now, by language; empty where it answered."""


class Covered(msgspec.Struct, frozen=True, kw_only=True):
    """How much is known of a server: days with samples, and the share of the expected five minutes by metric."""

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
    sources: tuple[str, ...]


def day_uses(
    ctx: Context, subjects: Collection[UUID] | None, first: date, last: date, *, known_at: datetime | None = None
) -> Mapping[UUID, SubjectUse]:
    """The days of use of subjects (None: of all) from the first to the last day, as known at a moment.

    Whoever nothing is known of is not among them. Where several sources saw a subject on a day, the one that saw more
    of it counts, metric by metric.
    """
    span = ctx.queries.telemetry.span((*USE, *ACTIVITY), first, last, counts=False, known_at=known_at)
    people = {digest: subjects_of(content) for digest, content in span.rosters.items()}
    seen = Seen(None if subjects is None else frozenset(subjects))
    for part in span.parts:
        seen.add(part, people[part.roster], unpacked(part.figures))
    return seen.uses((last - first).days + 1)


def latest_dates(
    ctx: Context, subjects: Collection[UUID] | None, as_of: date, *, known_at: datetime | None = None
) -> Mapping[UUID, Mapping[Metric, date]]:
    """The latest known dates of subjects as of a day."""
    wanted = None if subjects is None or len(subjects) > ALL_AT_ONCE else subjects
    return ctx.queries.telemetry.dates(wanted, as_of, known_at)


def means(
    ctx: Context, first: date, last: date, metrics: Collection[Metric], *, known_at: datetime | None = None
) -> Mapping[UUID, Mapping[Metric, tuple[float, float]]]:
    """By subject and metric, the mean of all samples of the period, and which share of it was seen."""
    span = ctx.queries.telemetry.span(metrics, first, last, counts=False, known_at=known_at)
    people = {digest: subjects_of(content) for digest, content in span.rosters.items()}
    seen = Seen(None)
    for part in span.parts:
        seen.add(part, people[part.roster], unpacked(part.figures))
    return seen.means((last - first).days + 1)


def scan(
    ctx: Context,
    first: date,
    last: date,
    metrics: Collection[Metric] = USE,
    *,
    known_at: datetime | None = None,
    marks: Mapping[Metric, float] = MARKS,
) -> Mapping[Metric, Mapping[UUID, Spread]]:
    """P50, P95, maximum and active days of all subjects, from their daily histograms."""
    rosters, parts = ctx.queries.telemetry.span(metrics, first, last, known_at=known_at)
    return ctx.histograms.spreads(parts, rosters, marks, (last - first).days + 1)


def under(
    ctx: Context, first: date, last: date, *, metric: Metric, share: float, threshold: float
) -> Mapping[UUID, bool]:
    """Whether each subject's P50 (share 0.5) or P95 (0.95) is at most the threshold.

    Whose histogram is too coarse to tell is read again from its points; where no source gives them, by the histogram.
    """
    spreads = scan(ctx, first, last, [metric]).get(metric, {})
    values = {subject: spread.p95 if share > 0.5 else spread.p50 for subject, spread in spreads.items()}
    error = SCALES[metric].error
    near = {subject for subject, value in values.items() if abs(value - threshold) <= 2 * error * threshold}
    exact = from_points(ctx, near, first, last, metric=metric, share=share) if near else {}
    return {subject: exact.get(subject, value) <= threshold for subject, value in values.items()}


def from_points(
    ctx: Context, subjects: Collection[UUID], first: date, last: date, *, metric: Metric, share: float
) -> Mapping[UUID, float]:
    """The true quantile of subjects, from the points of the source that has most of them."""
    values: dict[UUID, list[float]] = {}
    for source in ctx.metrics.all():
        if metric not in source.metrics:
            continue
        targets = [target for target in ctx.queries.telemetry.targets(source.clouds) if target.id in subjects]
        told: dict[UUID, dict[int, float]] = defaultdict(dict)
        try:
            for page in source.read(targets, begin_of(first), end_of(last), [metric]):
                for series in page.series:
                    points = told[series.subject]
                    for at, value in zip(series.at, series.values, strict=True):
                        if value >= 0:
                            points.setdefault(at, value)
        except BackendError:
            continue
        for subject, points in told.items():
            if len(points) > len(values.get(subject, ())):
                values[subject] = list(points.values())
    return {subject: ctx.histograms.quantiles(points, [share])[0] for subject, points in values.items()}


def sources(ctx: Context, request: Request, *, check: bool = False) -> list[SourceState]:
    """The sources of this installation, and those whose files were handed in, by name; `check` asks each just now."""
    request.actor.require(Permission.TELEMETRY_WRITE if check else Permission.TELEMETRY_READ)
    problems = _problems(ctx) if check else {}
    newest = dict(ctx.queries.telemetry.newest_reads())
    found = [
        SourceState(
            name=one.name, kind=one.kind, simulated=one.simulated,
            clouds=None if one.clouds is None else tuple(sorted(one.clouds)), metrics=tuple(sorted(one.metrics)),
            interval_s=one.interval_s, newest=newest.pop(one.name, None), problem=problems.get(one.name),
        )
        for one in ctx.metrics.all()
    ]  # fmt: skip
    gone = (
        SourceState(
            name=read.source, kind=read.kind, simulated=read.simulated, clouds=None, metrics=(), interval_s=0,
            newest=read,
        )
        for read in newest.values()
    )  # fmt: skip
    return sorted([*found, *gone], key=lambda one: one.name)


def _problems(ctx: Context) -> Mapping[str, Mapping[str, str]]:
    """What each source says to a check: all are asked at once, for one that is silent takes its time."""
    asked = ctx.metrics.all()
    with ThreadPoolExecutor(MOST_CHECKS, thread_name_prefix="telemetry-check") as pool:
        return dict(zip((one.name for one in asked), pool.map(_problem, asked), strict=True))


def _problem(source: Metrics) -> Mapping[str, str]:
    try:
        source.check()
    except CloudctlError as error:
        return {locale: fill(translator(locale), error.message, error.params) for locale in LOCALES}
    return {}


def reads(
    ctx: Context, request: Request, *, first: date | None = None, last: date | None = None, source: str | None = None
) -> Sequence[DayRead]:
    """What was read of the days of a period (the last 30), newest first."""
    request.actor.require(Permission.TELEMETRY_READ)
    begin, end = period(ctx, first, last)
    return ctx.queries.telemetry.reads(begin, end, source)


def coverage(
    ctx: Context,
    request: Request,
    filters: Mapping[str, object],
    ask: PageAsk,
    *,
    first: date | None = None,
    last: date | None = None,
) -> Page:
    """Of a page of the servers that the actor sees, how much is known of each over a period (the last 30 days)."""
    request.actor.require(Permission.TELEMETRY_READ)
    begin, end = period(ctx, first, last)
    page = ctx.queries.inventory.page(scope_of(request.actor), {**filters, "kind": "server"}, ask)
    rows = [row for row in page.items if isinstance(row, InventoryRow)]
    uses = day_uses(ctx, [row.id for row in rows], begin, end)
    return Page(items=[_covered(row, uses.get(row.id)) for row in rows], next=page.next)


def of_server(
    ctx: Context, request: Request, key: UUID, *, first: date | None = None, last: date | None = None
) -> tuple[Covered, Sequence[DayUse], Mapping[Metric, date]]:
    """What is known of a server (ours, or an object of the inventory): coverage, days of use, dates."""
    request.actor.require(Permission.TELEMETRY_READ)
    begin, end = period(ctx, first, last)
    row = _server(ctx, request, key)
    use = day_uses(ctx, [row.id], begin, end).get(row.id)
    dates = latest_dates(ctx, [row.id], end).get(row.id, {})
    return _covered(row, use), [] if use is None else use.days, dates


def period(ctx: Context, first: date | None, last: date | None) -> tuple[date, date]:
    """The days that are meant: 30 until yesterday, unless named; raises Invalid for one that ends before it begins."""
    end = last or ctx.clock.now().date() - timedelta(days=1)
    begin = first or end - timedelta(days=29)
    if begin > end:
        raise Invalid("The first day is after the last.", field="first", way_out="Give an earlier one.")
    if (end - begin).days >= LONGEST_DAYS:
        raise Invalid("That is more than {most} days.", field="first", way_out="Give a later one.", most=LONGEST_DAYS)
    return begin, end


def _server(ctx: Context, request: Request, key: UUID) -> InventoryRow:
    """The object of the inventory that an id means: its own, or that of our record; raises NotFound."""
    for field in ("id", "resource_id"):
        page = ctx.queries.inventory.page(scope_of(request.actor), {field: key, "kind": "server"}, PageAsk(limit=1))
        for row in page.items:
            if isinstance(row, InventoryRow):
                return row
    raise NotFound("There is no server {id} in the inventory.", way_out="See `cloudctl inventory list`.", id=key)


def _covered(row: InventoryRow, use: SubjectUse | None) -> Covered:
    share = {} if use is None else use.coverage
    cpu, memory, disk, network = (round(share.get(metric, 0.0), 4) for metric in USE)
    return Covered(
        id=row.id, cloud=row.cloud, native_id=row.native_id, name=row.name, resource_id=row.resource_id,
        department_id=row.department_id, days=0 if use is None else sum(1 for day in use.days if day.samples),
        samples=0 if use is None else use.samples, cpu=cpu, memory=memory, disk=disk, network=network,
        newest=None if use is None or not use.days else use.days[-1].day, sources=() if use is None else use.sources,
    )  # fmt: skip


class Told(NamedTuple):
    """What a source knows of a subject's metric on a day. `seconds` is how much of the day it saw."""

    seconds: int
    source: str
    samples: int
    mean: float
    p95: float
    most: float


class Seen:
    """The figures of subjects as they come in, part by part."""

    def __init__(self, subjects: frozenset[UUID] | None) -> None:
        self._wanted = subjects
        self._told: dict[UUID, dict[date, dict[Metric, Told]]] = defaultdict(lambda: defaultdict(dict))

    def add(self, part: Stored, subjects: Sequence[UUID], figures: Figures) -> None:
        """Takes a part; what another source knows better stays as it is."""
        wanted, metric, day, source = self._wanted, part.metric, part.day, part.source
        width = max(SLOT_S, part.interval_s)
        for subject, covered, samples, mean, p95, most in zip(subjects, *figures, strict=True):
            if not covered or (wanted is not None and subject not in wanted):
                continue
            known = self._told[subject][day]
            seconds = covered * width
            if metric not in known or known[metric].seconds < seconds:
                known[metric] = Told(seconds, source, samples, mean, p95, most)

    def means(self, days: int) -> dict[UUID, dict[Metric, tuple[float, float]]]:
        """By subject and metric, the mean of its samples and the coverage of so many days."""
        found: dict[UUID, dict[Metric, tuple[float, float]]] = {}
        for subject, told in self._told.items():
            of_metric: dict[Metric, list[Told]] = defaultdict(list)
            for of_day in told.values():
                for metric, one in of_day.items():
                    of_metric[metric].append(one)
            found[subject] = {
                metric: (
                    sum(one.mean * one.samples for one in all_days) / sum(one.samples for one in all_days),
                    sum(min(DAY_S, one.seconds) for one in all_days) / (days * DAY_S),
                )
                for metric, all_days in of_metric.items()
            }
        return found

    def uses(self, days: int) -> dict[UUID, SubjectUse]:
        """By subject, over so many days."""
        return {subject: _use(told, days) for subject, told in self._told.items()}


def _use(told: Mapping[date, Mapping[Metric, Told]], days: int) -> SubjectUse:
    every = [one for of_day in told.values() for one in of_day.values()]
    seen: dict[Metric, int] = defaultdict(int)
    for of_day in told.values():
        for metric, one in of_day.items():
            seen[metric] += min(DAY_S, one.seconds)
    listed = [_day(day, told[day]) for day in sorted(told)]
    return SubjectUse(
        days=listed,
        sources=tuple(sorted({one.source for one in every})),
        samples=sum(day.samples for day in listed),
        coverage={metric: seconds / (days * DAY_S) for metric, seconds in seen.items() if metric in USE},
    )


def _day(day: date, told: Mapping[Metric, Told]) -> DayUse:
    cpu, memory, disk, network = (told.get(metric) for metric in USE)
    logins, connections, http, dns, writes = (_number(told.get(metric)) for metric in ACTIVITY)
    return DayUse(
        day=day,
        samples=max((one.samples for metric, one in told.items() if metric in USE), default=0),
        cpu_percent=cpu and cpu.mean,
        cpu_p95=cpu and cpu.p95,
        cpu_max=cpu and cpu.most,
        memory_percent=memory and memory.mean,
        disk_mib=_moved(disk),
        network_mib=_moved(network),
        network_p95_kib_s=network and network.p95,
        logins=logins,
        connections=connections,
        http_requests=http,
        dns_queries=dns,
        writes_by_people=writes,
    )


def _moved(told: Told | None) -> float | None:
    """What a mean rate moves in a day, in MiB."""
    return None if told is None else told.mean * DAY_S / 1024


def _number(told: Told | None) -> int | None:
    return None if told is None else round(told.mean)


def subjects_in(ctx: Context, rows: Iterable[UUID]) -> Mapping[UUID, Sequence[UUID]]:
    """By our servers, the subjects that they are: one for each cloud that they were on."""
    return ctx.queries.telemetry.subjects(list(rows))
