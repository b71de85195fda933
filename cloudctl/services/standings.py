"""Where consolidation stands: claimed beside verified, the burn-down, what is suspicious, and the departments ranked.

status(ctx, request, day=date(2026, 6, 30), scope="city_departments")
ranking(ctx, request, day=None, scope="city_departments")
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.indicators import Counted, Definition, Figure, Snapshot, in_force
from cloudctl.domain.rankings import CASES_ON_TIME, RankingPart
from cloudctl.domain.register import standing_at
from cloudctl.domain.standings import Explanation
from cloudctl.governance.consolidation.indicators import Group, figure, reclassed
from cloudctl.governance.consolidation.ranking import Place, Share, rank
from cloudctl.governance.consolidation.suspicions import Course, Suspicion, suspect
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries.standings import RoomAt
from cloudctl.services.explanations import moment_of
from cloudctl.services.indicators import Census, Line, collapsed, lines, scope_for, taken

LOOK_BACK = timedelta(days=30)
NEAR = timedelta(days=7)  # a snapshot so much older still stands for the day
BURN_DOWN = timedelta(days=180)
BURNING = ("centralisation-rooms", "centralisation-systems")
POINTS = 26


@dataclass(frozen=True, slots=True)
class Claimed:
    """How many systems or rooms are claimed to be in a state, and how many of them are proven, contradicted or open."""

    noun: str
    claimed: str
    count: int
    proven: int
    contradicted: int
    unproven: int


@dataclass(frozen=True, slots=True)
class Suspect:
    """A room that its evidence contradicts, or that is in use again."""

    id: UUID
    code: str
    name: str
    department_id: UUID
    claimed: str
    reopened: bool
    lies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Burnt:
    """What was left of an indicator at the end of a day: as verified, and as claimed."""

    day: date
    name: str
    version: int
    left: float
    left_claimed: float | None


@dataclass(frozen=True, slots=True)
class Status:
    """Where consolidation stands for a scope at a moment."""

    scope: str
    as_of: datetime
    lines: Sequence[Line]
    claimed: Sequence[Claimed]
    rooms: Sequence[Suspect]
    burn_down: Sequence[Burnt]
    suspicions: Sequence[Suspicion]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A department's place by its code and name."""

    code: str
    name: str
    place: Place


def status(ctx: Context, request: Request, *, day: date | None = None, scope: str | None = None) -> Status:
    """Claimed beside verified, and what should be looked at."""
    request.actor.require(Permission.SYSTEMS_READ)
    at = moment_of(ctx, day)
    on = day or today_for_people(at)
    definitions = ctx.measures.indicators
    census = taken(ctx, at, definitions)
    chosen = scope_for(request, census, scope)
    held = [line for line in lines(census, definitions, chosen, on) if line.in_force]
    members = census.members(chosen)
    return Status(
        scope=chosen,
        as_of=at,
        lines=held,
        claimed=list(_claimed(census, chosen)),
        rooms=[_suspect(room, told) for room, told in census.rooms if _within(members, room) and stands_out(told)],
        burn_down=list(_burnt(ctx, chosen, on)),
        suspicions=list(_suspicions(ctx, census, chosen, on, [line.figure for line in held])),
    )


def ranking(ctx: Context, request: Request, *, day: date | None = None, scope: str | None = None) -> list[Ranked]:
    """The departments of a scope from the best down, by the open formula of `policies/ranking.yaml`."""
    request.actor.require(Permission.CASES_READ)
    at = moment_of(ctx, day)
    on = day or today_for_people(at)
    parts = ctx.measures.ranking
    wanted = [one for part in parts if (one := _definition(ctx, part, on)) is not None]
    census = taken(ctx, at, wanted)
    members = census.members(scope_for(request, census, scope))
    ranked = [one for one in census.departments if members is None or one.id in members]
    shares = dict(_shares(ctx, census, parts, on))
    names = {one.id: one for one in ranked}
    return [
        Ranked(names[place.department_id].code, names[place.department_id].name, place)
        for place in rank([one.id for one in ranked], parts, shares)
    ]


def _definition(ctx: Context, part: RankingPart, day: date) -> Definition | None:
    return in_force(ctx.measures.indicators, part.indicator, day) if part.indicator else None


def _shares(
    ctx: Context, census: Census, parts: Sequence[RankingPart], day: date
) -> Iterator[tuple[tuple[UUID, str], Share]]:
    """What each part comes to for each department."""
    own: dict[UUID, list[Group]] = {}
    for group in census.groups:
        own.setdefault(group.department_id, []).append(group)
    for part in parts:
        if part.name == CASES_ON_TIME:
            for key, (owed, on_time) in ctx.queries.standings.cases_owed(census.at).items():
                yield (key, part.name), Share(on_time, owed)
            continue
        definition = _definition(ctx, part, day)
        for key, groups in own.items() if definition else ():
            assert definition is not None
            found = figure(definition, groups, scope=str(key), as_of=census.at)
            yield (key, part.name), Share(found.numerator or 0, found.denominator or 0)


def _claimed(census: Census, scope: str) -> Iterator[Claimed]:
    """Systems and rooms by what is claimed of them."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for group in collapsed(census.within(scope)):
        if group.noun in (Counted.SYSTEMS, Counted.ROOMS):
            verified = str(group.fields["verified"])
            side = verified if verified in {"contradicted", "unproven"} else "proven"
            counts.setdefault((group.noun.value, str(group.fields["status"])), Counter())[side] += group.count
    for (noun, claimed), sides in sorted(counts.items()):
        yield Claimed(noun, claimed, sides.total(), sides["proven"], sides["contradicted"], sides["unproven"])


def _within(members: frozenset[UUID] | None, room: RoomAt) -> bool:
    return members is None or room.subject.department_id in members


def stands_out(told: Explanation) -> bool:
    """Whether a room is contradicted where it claims to be closed, gives a lie away, or is in use again."""
    return bool(told.lies) or reopened(told) or (told.claimed == "closed" and told.verified == "contradicted")


def reopened(told: Explanation) -> bool:
    """Whether a room is in use again after a closure."""
    return any(point.question == "reopened" for point in told.points)


def _suspect(room: RoomAt, told: Explanation) -> Suspect:
    lies = tuple(lie.value for lie in told.lies)
    owner = room.subject.department_id
    return Suspect(told.subject_id, told.code, told.name, owner, told.claimed, reopened(told), lies)


def _burnt(ctx: Context, scope: str, day: date) -> Iterator[Burnt]:
    """What was left, week by week: the newest day that is kept, and every seventh before it."""
    kept = ctx.queries.standings.snapshots(BURNING, scope, day - BURN_DOWN, day)
    days = sorted({one.day for one in kept}, reverse=True)[::7][:POINTS]
    for one in kept:
        if one.day in days and one.denominator is not None and one.numerator is not None:
            left_claimed = None if one.claimed is None else one.denominator - one.claimed
            yield Burnt(one.day, one.name, one.version, one.denominator - one.numerator, left_claimed)


def _suspicions(ctx: Context, census: Census, scope: str, day: date, now: Sequence[Figure]) -> Iterator[Suspicion]:
    since = day - LOOK_BACK
    begin = standing_at(since)
    members = census.members(scope)
    checks, failures = ctx.queries.standings.checks(begin, census.at, None if members is None else sorted(members))
    moved = sum(_moved(ctx, noun, begin, census.at, members) for noun in (Counted.SYSTEMS, Counted.ROOMS))
    names = [figure_.name for figure_ in now]
    kept = ctx.queries.standings.snapshots(names, scope, since - NEAR, since)
    earlier = {(one.name, one.version): _figure(one) for one in kept}  # by day: the last one stands
    yield from suspect(now, earlier, Course(since=since, checks=checks, failures=failures, moved=moved))


def _moved(ctx: Context, noun: Counted, since: datetime, at: datetime, members: frozenset[UUID] | None) -> int:
    """How many things left a count by a change of class."""
    known, changes = ctx.measures.indicators, ctx.queries.standings.class_changes(noun, since, at)
    return sum(
        any(reclassed(noun, [(one.since, one.by, one.fields) for one in (change.before, change.after)], known))
        for change in changes
        if members is None or change.department_id in members
    )


def _figure(kept: Snapshot) -> Figure:
    return Figure(
        name=kept.name, version=kept.version, scope=kept.scope, as_of=standing_at(kept.day), numerator=kept.numerator,
        denominator=kept.denominator, claimed=kept.claimed, excluded=kept.excluded,
    )  # fmt: skip
