"""Indicators for any date and scope, recomputed from the register and the evidence of then; and kept day by day.

    figures(ctx, request, day=date(2026, 6, 30), scope="city_departments")
    keep(ctx, platform("job:indicators"))           # the days that have ended and are not kept yet

What is kept for a day is what is recomputed for it later: everything that counts was on record by the end of that day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import DAY, days_between, today_for_people
from cloudctl.domain.errors import Forbidden, Invalid, NotFound
from cloudctl.domain.indicators import ALL, CITY, Counted, Definition, Figure, Snapshot, in_force, snapshot_of
from cloudctl.domain.register import standing_at
from cloudctl.domain.standings import Explanation
from cloudctl.governance.consolidation.closures import judge_room
from cloudctl.governance.consolidation.indicators import Asked, Group, asked, figure
from cloudctl.governance.consolidation.standing import SHOWN, Shown, of_system, verified_state
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries.standings import DepartmentAt, RoomAt
from cloudctl.services import bands
from cloudctl.services.explanations import moment_of, room_facts, uses_of

CATCH_UP = timedelta(days=31)
"""So far back days are kept that were missed, as by an installation that stood still."""


@dataclass(frozen=True, slots=True)
class Line:
    """A figure with its definition; `in_force` says whether that version held on the day."""

    definition: Definition
    figure: Figure
    in_force: bool


@dataclass(frozen=True, slots=True)
class Census:
    """Everything that is counted, at a moment, and the departments that it belongs to."""

    at: datetime
    groups: Sequence[Group]
    departments: Sequence[DepartmentAt]
    rooms: Sequence[tuple[RoomAt, Explanation]]

    def within(self, scope: str) -> Sequence[Group]:
        """The groups of a scope."""
        members = self.members(scope)
        return self.groups if members is None else [group for group in self.groups if group.department_id in members]

    def members(self, scope: str) -> frozenset[UUID] | None:
        """The departments of a scope, None for all; raises NotFound for a department that did not stand."""
        if scope == ALL:
            return None
        if scope == CITY:
            return frozenset(one.id for one in self.departments if one.level == "city")
        root = next((one for one in self.departments if one.code == scope), None)
        if root is None:
            raise NotFound("There is no department {code}.", way_out="See `cloudctl departments list`.", code=scope)
        return frozenset(one.id for one in self.departments if one.path.startswith(root.path))


def figures(
    ctx: Context, request: Request, *, day: date | None = None, scope: str | None = None, name: str | None = None
) -> list[Line]:
    """Every version of every indicator (or of one) for a day and scope; raises NotFound for an unknown one."""
    request.actor.require(Permission.SYSTEMS_READ)
    at = moment_of(ctx, day)
    known = [one for one in ctx.measures.indicators if name in (None, one.name)]
    if not known:
        raise NotFound("There is no indicator {name}.", way_out="See `cloudctl indicators list`.", name=name)
    census = taken(ctx, at, known)
    chosen = scope_for(request, census, scope)
    return lines(census, known, chosen, day or today_for_people(at))


def lines(census: Census, definitions: Sequence[Definition], scope: str, day: date) -> list[Line]:
    """The figures of a scope; of a definition every version, those that came later too, so that both lines show."""
    groups = collapsed(census.within(scope))
    return [
        Line(one, figure(one, groups, scope=scope, as_of=census.at), in_force(definitions, one.name, day) is one)
        for one in definitions
    ]


def scope_for(request: Request, census: Census, scope: str | None) -> str:
    """The scope that is asked for, as far as the actor sees it; without one, all that the actor sees."""
    actor = request.actor
    if actor.sees_all:
        return scope or ALL
    mine = next((one.code for one in census.departments if one.id == actor.department_id), None)
    if mine is None and actor.department_id is not None:
        raise Invalid(
            "Your department did not stand on {day}.", field="date", way_out="Give a day on which it did.",
            day=today_for_people(census.at),
        )  # fmt: skip
    if mine is None or (scope in (ALL, CITY)):
        raise Forbidden("The scope {scope} is the office's.", way_out="Leave the scope out.", scope=scope or ALL)
    if scope is not None and not census.members(scope) <= (census.members(mine) or frozenset()):  # type: ignore[operator]
        raise NotFound("There is no department {code}.", way_out="See `cloudctl departments list`.", code=scope)
    return scope or mine


def taken(ctx: Context, at: datetime, definitions: Sequence[Definition]) -> Census:
    """The census of a moment, as far as these definitions ask for it."""
    standings = ctx.queries.standings
    wanted = asked(definitions)
    groups: list[Group] = []
    for noun in (Counted.SYSTEMS, Counted.DEVICES, Counted.SERVERS):
        if noun in wanted:
            groups += _groups(ctx, noun, at, wanted[noun])
    rooms: list[tuple[RoomAt, Explanation]] = []
    departments = standings.departments(at)
    if {Counted.ROOMS, Counted.DEPARTMENTS} & set(wanted):
        rooms = judged_rooms(ctx, at)
        groups += (_room(room, told) for room, told in rooms)
        groups += _departments(departments, rooms)
    return Census(at, groups, departments, rooms)


def judged_rooms(ctx: Context, at: datetime) -> list[tuple[RoomAt, Explanation]]:
    """Every room as it stood, with what is proven of it."""
    rooms = ctx.queries.standings.rooms(at)
    uses = uses_of(ctx, [room.subject for room in rooms], at)
    return [(room, judge_room(room_facts(room.subject), room.subject.evidence, at=at, uses=uses)) for room in rooms]


def collapsed(groups: Sequence[Group]) -> list[Group]:
    """The groups without regard to whose they are: as many as there are different things."""
    found: dict[tuple[object, ...], Group] = {}
    for group in groups:
        key = (group.noun, *group.fields.items())
        same = found.get(key)
        found[key] = group if same is None else _both(same, group)
    return list(found.values())


def keep(ctx: Context, request: Request) -> int:
    """Keeps the figures of the days that have ended and are not kept yet; answers how many were added."""
    request.actor.require(Permission.EVIDENCE_WRITE)
    yesterday = today_for_people(ctx.clock.now()) - DAY
    with ctx.unit_of_work(request) as uow:
        there = uow.snapshots.days(yesterday - CATCH_UP)
    first = there[-1] + DAY if there else yesterday
    return sum(_kept(ctx, request, day) for day in days_between(first, yesterday))


def snapshots(
    ctx: Context, request: Request, *, name: str, first: date, last: date, scope: str | None = None
) -> Sequence[Snapshot]:
    """What was kept of an indicator from the first to the last day, all versions; for what the actor sees."""
    request.actor.require(Permission.SYSTEMS_READ)
    if not request.actor.sees_all:
        raise Forbidden("What is kept is kept for the city.", way_out="Ask for a day instead: `--date`.")
    return ctx.queries.standings.snapshots([name], scope or ALL, first, last)


def _kept(ctx: Context, request: Request, day: date) -> int:
    definitions = [one for one in ctx.measures.indicators if one.valid_from <= day]
    census = taken(ctx, standing_at(day), definitions)
    districts = [one.code for one in census.departments if one.level == "district"]
    rows = [
        snapshot_of(line.figure, day, ctx.clock.now())
        for scope in (ALL, CITY, *districts)
        for line in lines(census, definitions, scope, day)
    ]
    with ctx.unit_of_work(request) as uow:
        return uow.snapshots.add(rows)


def _groups(ctx: Context, noun: Counted, at: datetime, wanted: Asked) -> Iterator[Group]:
    banded = bands.groups(ctx, at, wanted) if noun is Counted.SERVERS else None
    if banded is not None:
        yield from banded
        return
    states: dict[tuple[str, Shown], str] = {}
    for row in ctx.queries.standings.groups(noun, at, wanted.fields, wanted.sums):
        fields = dict(row.fields)
        if noun is Counted.SYSTEMS and "verified" in wanted.fields:
            claimed, shown = str(fields["status"]), _shown(fields)
            if (claimed, shown) not in states:
                states[claimed, shown] = verified_state(claimed, of_system(claimed, shown))
            fields["verified"] = states[claimed, shown]
        yield Group(noun, row.department_id, fields, row.count, row.sums, row.seen_from, row.seen_until)


def _shown(fields: dict[str, Any]) -> Shown:
    """Takes what the evidence shows out of a row's fields."""
    synced, answers, old, noisy, running = (fields.pop(name) for name in SHOWN)
    return Shown(_known(synced), _known(answers), _known(old), bool(noisy), bool(running))


def _known(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def _room(room: RoomAt, told: Explanation) -> Group:
    times = [row.observed_at for row in room.subject.evidence if row.counts_at(told.at)]
    return Group(
        Counted.ROOMS,
        room.subject.department_id,
        {"kind": room.kind, "category": room.category, "status": room.subject.status, "verified": told.verified},
        1,
        {"racks": float(room.racks), "power_kw": room.power_kw, "area_m2": room.area_m2},
        min(times, default=None),
        max(times, default=None),
    )


def _departments(departments: Sequence[DepartmentAt], rooms: Sequence[tuple[RoomAt, Explanation]]) -> Iterator[Group]:
    """Each department by whether all rooms of its own are closed, as is proven and as is claimed."""
    own: dict[UUID, list[tuple[str, str]]] = {}
    for room, told in rooms:
        if room.kind == "own" and told.claimed != "planned":
            own.setdefault(room.subject.department_id, []).append((told.verified, told.claimed))
    for one in departments:
        states = own.get(one.id, [])
        fields = {"level": one.level}
        for name, place in (("own_rooms", 0), ("own_rooms_claimed", 1)):
            closed = all(state[place] == "closed" for state in states)
            fields[name] = "none" if not states else "closed" if closed else "open"
        yield Group(Counted.DEPARTMENTS, one.id, fields)


def _both(one: Group, other: Group) -> Group:
    sums = {name: _sum(value, other.sums[name]) for name, value in one.sums.items()}
    times_from = [time for time in (one.seen_from, other.seen_from) if time is not None]
    times_until = [time for time in (one.seen_until, other.seen_until) if time is not None]
    return replace(
        one,
        count=one.count + other.count,
        sums=sums,
        seen_from=min(times_from, default=None),
        seen_until=max(times_until, default=None),
    )


def _sum(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else one + other
