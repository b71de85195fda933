"""Systems as the judges of zombies take them: the register, the records and the telemetry as of one moment.

    for stood, candidate in gather(ctx, at, policy):
        judge(candidate, policy, day)

Nothing that came to be known after the moment is in it, so that the same moment gives the same candidates again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from cloudctl.domain.metrics import Metric, utc_day
from cloudctl.domain.systems import ENDED
from cloudctl.domain.zombies import ZombiePolicy
from cloudctl.governance.consolidation import duplicates
from cloudctl.governance.zombies.candidates import Candidate, Declaration, ServerFacts, Twin
from cloudctl.governance.zombies.days import DayUse
from cloudctl.ports.context import Context
from cloudctl.ports.queries.zombies import CandidateAt, DeclaredAt, ServerAt
from cloudctl.services import telemetry

AT_ONCE = 2000  # servers whose telemetry is held at a time: a city's are read at once
PLANNED = "planned"


class Measured(NamedTuple):
    """The telemetry of a part of the systems: by subject."""

    days: Mapping[UUID, Sequence[DayUse]]
    sources: Mapping[UUID, Sequence[str]]
    dates: Mapping[UUID, Mapping[Metric, date]]


def gather(
    ctx: Context,
    at: datetime,
    policy: ZombiePolicy,
    *,
    ids: Collection[UUID] | None = None,
    departments: Collection[UUID] | None = None,
) -> Iterator[list[tuple[CandidateAt, Candidate]]]:
    """The systems that are judged, some at a time, as they stood at `at`; all, these, or those of these departments.

    What is only planned is not judged, nor what has ended and left nothing behind. Opens no transaction.
    """
    gone_since = at - timedelta(days=policy.windows.window_days)
    everything = ctx.queries.candidates.systems(at, gone_since)
    twins = _twins(everything)
    wanted = [
        one
        for one in everything
        if (ids is None or one.id in ids) and (departments is None or one.department_id in departments) and _judged(one)
    ]
    last = utc_day(at) - timedelta(days=1)
    first = last - timedelta(days=history_days(policy) - 1)
    for part in _parts(wanted):
        measured = _measured(ctx, part, first, last, at)
        yield [(one, _candidate(one, measured, twins.get(one.code, ()), at, last)) for one in part]


def _parts(wanted: Sequence[CandidateAt]) -> Iterator[list[CandidateAt]]:
    part: list[CandidateAt] = []
    servers = 0
    for one in wanted:
        if part and servers + len(one.servers) > AT_ONCE:
            yield part
            part, servers = [], 0
        part.append(one)
        servers += len(one.servers)
    if part:
        yield part


def history_days(policy: ZombiePolicy) -> int:
    """How far back it is looked: as far as anything in the policy waits, and a month more."""
    waits = [profile.off_after_idle_days or 0 for profile in policy.purposes.values()]
    return max(*waits, policy.windows.off_after_idle_days, policy.rhythms.longest_wait_days) + 30


def _judged(stood: CandidateAt) -> bool:
    status = str(stood.fields["status"])
    if status == PLANNED:
        return False
    return status not in ENDED or any(server.gone_at is None for server in stood.servers)


def _measured(ctx: Context, part: Sequence[CandidateAt], first: date, last: date, at: datetime) -> Measured:
    subjects = {seen.id for stood in part for server in stood.servers for seen in server.objects}
    if not subjects:
        return Measured({}, {}, {})
    uses = telemetry.day_uses(ctx, subjects, first, last, known_at=at)
    return Measured(
        {key: use.days for key, use in uses.items()},
        {key: use.sources for key, use in uses.items()},
        telemetry.latest_dates(ctx, subjects, last, known_at=at),
    )


def _candidate(stood: CandidateAt, measured: Measured, twins: Sequence[Twin], at: datetime, last: date) -> Candidate:
    declared = {one.server_id: one for one in stood.declared}
    return Candidate(
        id=stood.id,
        code=stood.code,
        name=stood.name,
        register=stood.fields,
        servers=[_server(one, measured, declared.get(one.id)) for one in stood.servers if one.created_at <= at],
        last=last,
        twins=twins,
        needed_by=stood.needed_by,
        declared=_declaration(declared.get(None)),
        exempt_until=stood.exempt_until,
    )


def _server(server: ServerAt, measured: Measured, declared: DeclaredAt | None) -> ServerFacts:
    """A server by its newest object; the days of those that it had before are told apart."""
    seen = server.objects[0] if server.objects else None
    former = sorted(
        (day for one in server.objects[1:] for day in measured.days.get(one.id, ())), key=lambda day: day.day
    )
    return ServerFacts(
        server_id=server.id,
        subject=None if seen is None else seen.id,
        name=server.name,
        cloud=server.cloud,
        since=utc_day(server.created_at if seen is None else seen.since),
        gone_on=None if server.gone_at is None else utc_day(server.gone_at),
        off_since=None if seen is None or seen.off_since is None else utc_day(seen.off_since),
        days=() if seen is None else measured.days.get(seen.id, ()),
        former=former,
        sources=() if seen is None else tuple(measured.sources.get(seen.id, ())),
        dates={} if seen is None else measured.dates.get(seen.id, {}),
        declared=_declaration(declared),
    )


def _declaration(declared: DeclaredAt | None) -> Declaration | None:
    if declared is None:
        return None
    return Declaration(
        purpose=declared.purpose,
        reason=declared.reason,
        suspected=declared.suspected,
        declared_at=declared.created_at,
    )


def _twins(systems: Sequence[CandidateAt]) -> dict[str, list[Twin]]:
    """By code, what may do the same work: of the systems that live."""
    living = {one.code: one for one in systems if one.fields["status"] not in {*ENDED, PLANNED}}
    described = (
        duplicates.Described(
            code=one.code,
            name=one.name,
            department=str(one.department_id),
            check_url=one.fields["check_url"],
            contract_number=one.fields["contract_number"],
            project_document=one.fields["project_document"],
        )
        for one in living.values()
    )
    found: dict[str, list[Twin]] = {}
    for pair in duplicates.find(described):
        for code, other in ((pair.first, pair.second), (pair.second, pair.first)):
            found.setdefault(code, []).append(Twin(code=other, name=living[other].name, points=pair.score))
    return found
