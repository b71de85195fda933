"""Readings: days of telemetry read from their sources into daily histograms.

    run_due(ctx, platform("job:telemetry"))         # the regular round: what ended, what came late, what is missing
    ask(ctx, request, first=..., last=...)          # by hand: a worker reads these days next
    take_file(ctx, request, path, cloud="city-a", source="export-2026")
    take_told(ctx, request, source="hosts", kind="evidence", dailies=[...], dates=[...], asked=12)

A source is asked outside of any transaction; what it said of a day is stored in one. What is stored stays: a later
reading adds what falls into five minutes that were not seen before, and nothing counts twice.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import days_between
from cloudctl.domain.errors import BackendError, Contended, Invalid, NotFound
from cloudctl.domain.metrics import DAY_S, begin_of, end_of
from cloudctl.domain.telemetry import FILE, SETTLED, DateKnown, DayRead, ReadState, Words, days_to_read
from cloudctl.messages import mark
from cloudctl.ports.context import Context, Request
from cloudctl.ports.histograms import Part, Reading
from cloudctl.ports.metrics import Daily, Known, Match, Metrics, Page, Target
from cloudctl.services.replays import replay

log = logging.getLogger(__name__)
DAYS_A_ROUND = 5
"""So many days of a source are read in one round: the newest first, older ones in the rounds that follow."""
LOOSE = frozenset({Match.NAME, Match.ADDRESS})
MOST_NAMED = 10
UNFORESEEN = mark("An error that nobody foresaw: the worker's log has it.")


class FileTaken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file. `unknown` names some of the servers that the inventory does not have."""

    source: str
    first: date
    last: date
    days: int
    servers: int
    unmatched: int
    unknown: tuple[str, ...]
    samples: int
    doubled: int
    future: int
    invalid: int
    stored: int
    dropped: int


def run_due(ctx: Context, request: Request) -> int:
    """Reads the days that are due of every source, and forgets what is too old; answers how many days were read."""
    count = 0
    for source in ctx.metrics.all():
        try:
            count += _run(ctx, request, source)
        except Exception:
            log.exception("telemetry of %s could not be read", source.name)
    now = ctx.clock.now()
    with ctx.unit_of_work(request) as uow:
        oldest = now - timedelta(days=ctx.limits.telemetry_days)
        uow.telemetry.forget_before(oldest.date(), oldest)
    return count


def ask(
    ctx: Context, request: Request, *, first: date, last: date, source: str | None = None, afresh: bool = False
) -> Sequence[DayRead]:
    """Has a worker read these days next; `afresh` forgets what is stored of them, once the source gave them whole."""
    request.actor.require(Permission.TELEMETRY_WRITE)
    sources = [one for one in ctx.metrics.all() if source in (None, one.name)]
    if not sources:
        raise NotFound(
            "There is no source {name}.", field="source", way_out="See `cloudctl telemetry sources`.", name=source or ""
        )
    now = ctx.clock.now()
    newest = (now - SETTLED).date() - timedelta(days=1)
    oldest = newest - timedelta(days=ctx.limits.telemetry_back_days - 1)
    if first > last:
        raise Invalid("The first day is after the last.", field="first", way_out="Give an earlier one.")
    if last > newest:
        raise Invalid("The day {day} has not ended yet.", field="last", way_out="Give an earlier one.", day=last)
    if first < oldest:
        raise Invalid(
            "Days before {day} are not read any more.", field="first", day=oldest,
            way_out="Give a later one, or set telemetry_backfill_days.",
        )  # fmt: skip
    asked = [
        DayRead(
            source=one.name, day=day, kind=one.kind, simulated=one.simulated, state=ReadState.ASKED, read_at=now,
            afresh=afresh,
        )
        for one in sources
        for day in days_between(first, last)
    ]  # fmt: skip
    with ctx.unit_of_work(request) as uow:
        for read in asked:
            uow.telemetry.note(read)
        uow.audit(
            "start/telemetry", "telemetry", ",".join(one.name for one in sources),
            after={"first": first.isoformat(), "last": last.isoformat(), "afresh": afresh},
        )  # fmt: skip
        return uow.answer(asked)


def take_file(ctx: Context, request: Request, path: Path, *, cloud: str, source: str) -> FileTaken:
    """Takes a file of points; its servers are known by the cloud's id or by their name.

    Raises Invalid naming the column for a file that cannot be read, and where the inventory knows none of its servers;
    nothing is kept then.
    """
    request.actor.require(Permission.TELEMETRY_WRITE)
    asking, name = replay(ctx, request), f"{FILE}:{source}"
    with closing(ctx.point_files.open(path)) as file:
        subjects = _named(file.names, ctx.queries.telemetry.targets([cloud]))
        unknown = [known for known in file.names if known not in subjects]
        if not subjects:
            raise Invalid(
                "None of the servers in the file is in the inventory of {cloud}; the first is {name}.",
                field="cloud", way_out="Name the cloud that they run on, and sync it first.",
                cloud=cloud, name=unknown[0],
            )  # fmt: skip
        parts: list[Part] = []
        reads: list[DayRead] = []
        for day in file.days:
            reading, known = _begun(ctx, asking, name, day, file.interval_s)
            reading.add(file.page(day, subjects))
            parts += _replacing(reading.parts(), known)
            reads.append(
                DayRead(
                    source=name, day=day, kind=FILE, simulated=False, state=ReadState.COMPLETE,
                    read_at=ctx.clock.now(), targets=len(file.names), subjects=len(subjects), unmatched=len(unknown),
                    **_tallied(reading),
                )
            )  # fmt: skip
        total = {field: sum(getattr(read, field) for read in reads) for field in TALLIED}
        taken = FileTaken(
            source=name, first=file.days[0], last=file.days[-1], days=len(reads), servers=len(subjects),
            unmatched=len(unknown), unknown=tuple(unknown[:MOST_NAMED]), dropped=file.dropped + total.pop("outside"),
            **total,
        )  # fmt: skip
    with ctx.unit_of_work(request) as uow:
        uow.telemetry.put(parts)
        for read in reads:
            uow.telemetry.note(read)
        uow.audit("create/telemetry", "telemetry", name, after=msgspec.to_builtins(taken))
        return uow.answer(taken)


def take_told(
    ctx: Context,
    request: Request,
    *,
    source: str,
    kind: str,
    dailies: Sequence[Daily],
    dates: Sequence[Known],
    asked: int,
) -> int:
    """Takes numbers of days and dates that somebody told of `asked` servers; answers how many numbers were new.

    It may be told again: numbers of a day grow and never shrink, and a date stays as it was told first.
    """
    now, new = ctx.clock.now(), 0
    for day in sorted({daily.day for daily in dailies}):
        reading, known = _begun(ctx, request, source, day, DAY_S)
        reading.add(Page(dailies=[daily for daily in dailies if daily.day == day]))
        parts = _replacing(reading.parts(), known)
        read = DayRead(
            source=source, day=day, kind=kind, simulated=False, state=ReadState.COMPLETE, read_at=now, targets=asked,
            subjects=len({daily.subject for daily in dailies if daily.day == day}), **_tallied(reading),
        )  # fmt: skip
        with ctx.unit_of_work(request) as uow:
            uow.telemetry.put(parts)
            uow.telemetry.note(read)
        new += read.samples
    with ctx.unit_of_work(request) as uow:
        uow.telemetry.know(
            [
                DateKnown(
                    subject_id=one.subject, metric=one.metric, on=one.on, day=now.date(), source=source, known_at=now
                )
                for one in dates
            ]
        )
        after: dict[str, object] = {"numbers": len(dailies), "new": new, "dates": len(dates)}
        uow.audit("create/telemetry", "telemetry", source, after=after)
    return new


def _run(ctx: Context, request: Request, source: Metrics) -> int:
    now, back = ctx.clock.now(), ctx.limits.telemetry_back_days
    with ctx.unit_of_work(request) as uow:
        reads = uow.telemetry.reads(source.name, now.date() - timedelta(days=back + 1))
    targets = ctx.queries.telemetry.targets(source.clouds)
    days = days_to_read(reads, now, back_days=back, most=DAYS_A_ROUND, servers=lambda day: len(_there(targets, day)))
    for count, day in enumerate(days, 1):
        known = reads.get(day)
        read = _read(ctx, request, source, day, _there(targets, day), afresh=known is not None and known.afresh)
        if read.state is ReadState.FAILED:
            return count  # whoever does not answer now is asked again in a later round
    return len(days)


def _there(targets: Sequence[Target], day: date) -> list[Target]:
    """The servers that there were before a day had ended, as far as is known."""
    end = end_of(day)
    return [target for target in targets if target.created_at is None or target.created_at < end]


def _read(
    ctx: Context, request: Request, source: Metrics, day: date, targets: Sequence[Target], *, afresh: bool
) -> DayRead:
    """Reads a day of a source and stores it."""
    told = Told(day, source, targets)
    reading, known = _begun(ctx, request, source.name, day, source.interval_s, afresh=afresh)
    state = ReadState.COMPLETE
    error: Words | None = None
    try:
        for page in source.read(targets, told.begin, told.begin + timedelta(days=1), source.metrics):
            reading.add(told.checked(page))
    except BackendError as failed:
        state, error = ReadState.PARTIAL if told.subjects else ReadState.FAILED, (failed.message, failed.params)
    except Exception:
        log.exception("telemetry of %s for %s could not be read", source.name, day)
        state, error = ReadState.PARTIAL if told.subjects else ReadState.FAILED, (UNFORESEEN, {})
    parts = _replacing(reading.parts(), known)
    if afresh and state is not ReadState.COMPLETE:
        parts = []  # a broken reading does not take the place of what is there
    read = DayRead(
        source=source.name, day=day, kind=source.kind, simulated=source.simulated, state=state,
        read_at=ctx.clock.now(), targets=len(targets), subjects=len(told.subjects), unmatched=told.unmatched,
        warnings=tuple(told.warnings), error=error, afresh=afresh and state is not ReadState.COMPLETE,
        **_tallied(reading),
    )  # fmt: skip
    try:
        with ctx.unit_of_work(request) as uow:
            uow.telemetry.put(parts)
            uow.telemetry.know(told.dates(uow.now))
            uow.telemetry.note(read)
            if parts:
                uow.audit(
                    "create/telemetry", "telemetry", source.name,
                    after={"day": day.isoformat(), "state": state.value, "samples": read.samples},
                )  # fmt: skip
    except Contended:
        return replace(read, state=ReadState.PARTIAL)  # somebody else reads the same day; the next round looks again
    return read


class Told:
    """What a source says of a day, as far as it is about servers of ours."""

    def __init__(self, day: date, source: Metrics, targets: Sequence[Target]) -> None:
        self.day, self.begin, self.source = day, begin_of(day), source.name
        self.subjects: set[UUID] = set()
        self.unmatched = 0
        self.warnings: list[tuple[str, dict[str, object]]] = []
        self._known: dict[tuple[UUID, str], Known] = {}
        self._created = {target.id: target.created_at for target in targets}

    def checked(self, page: Page) -> Page:
        """The page without what is not about our servers, or may be about one that had the same name before."""
        series = [one for one in page.series if self._mine(one.subject, one.by)]
        dailies = [one for one in page.dailies if self._mine(one.subject)]
        self.unmatched += page.unmatched + len(page.series) - len(series) + len(page.dailies) - len(dailies)
        self.subjects.update(one.subject for one in series)
        self.subjects.update(one.subject for one in dailies)
        self.warnings += [warning for warning in page.warnings if warning not in self.warnings]
        for known in page.dates:
            if self._mine(known.subject):
                self._known[known.subject, known.metric] = known
        return msgspec.structs.replace(page, series=series, dailies=dailies)

    def dates(self, now: datetime) -> list[DateKnown]:
        """The dates that were told."""
        return [
            DateKnown(subject_id=k.subject, metric=k.metric, on=k.on, day=self.day, source=self.source, known_at=now)
            for k in self._known.values()
        ]

    def _mine(self, subject: UUID, by: Match = Match.NATIVE) -> bool:
        if subject not in self._created:
            return False
        created = self._created[subject]
        return by not in LOOSE or created is None or created <= self.begin


TALLIED = ("samples", "doubled", "outside", "future", "invalid", "stored")


def _tallied(reading: Reading) -> dict[str, Any]:
    return {field: getattr(reading.tally, field) for field in TALLIED}


def _begun(
    ctx: Context, request: Request, source: str, day: date, interval_s: int, *, afresh: bool = False
) -> tuple[Reading, Sequence[Part]]:
    """A reading that knows what is stored of the day, and what that is."""
    with ctx.unit_of_work(request) as uow:
        known = uow.telemetry.parts(source, day)
    reading = ctx.histograms.reading(source, day, interval_s, ctx.clock.now())
    for part in () if afresh else known:
        reading.keep(part)
    return reading, known


def _replacing(parts: Sequence[Part], known: Sequence[Part]) -> list[Part]:
    """The parts, each with the id of the stored one of its metric."""
    ids: Mapping[object, UUID | None] = {part.metric: part.id for part in known}
    return [msgspec.structs.replace(part, id=ids.get(part.metric)) for part in parts]


def _named(names: Sequence[str], targets: Sequence[Target]) -> dict[str, UUID]:
    """The subjects that names mean: a cloud's id first, then a name that only one server has."""
    counted = Counter(target.name for target in targets)
    known = {target.name: target.id for target in targets if counted[target.name] == 1}
    known |= {target.native_id: target.id for target in targets} | {str(target.id): target.id for target in targets}
    return {name: known[name] for name in names if name in known}
