"""Plans the waves in which systems move to the shared platform.

    plan = plan_waves(Snapshot(movers=[...], dependencies=[("oa", "sso")], others={...}, room=..., schedule=...))
    for wave in plan.waves:
        for place in wave.places:
            ...                     # place.code moves in wave.number; place.reasons say why in this one
    for block in plan.blocked:
        ...                         # block.code cannot be planned; block.reasons say what is in the way

What needs each other in a circle moves together. What is needed moves in an earlier wave or the same one, and stands
before what needs it there. Each knot goes into the first wave that its needs, its departments' readiness, the freeze
windows of its zones and the room leave open; what most others wait for is placed first. Who needs something that has
no date has none either. A system that has moved or is moving is none of the movers: it is among the `others`.

The same facts give the same plan, in whatever order they come. The time is near linear in systems and dependencies.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from cloudctl.governance.consolidation.knots import knots
from cloudctl.governance.consolidation.slots import Schedule, Size, Slot, Slots

NAMED = 5  # as many codes stand in a reason


class Standing(StrEnum):
    """How a system stands that is not to be planned now."""

    ARRIVED = "arrived"
    MOVING = "moving"
    STAYS = "stays"
    UNDECIDED = "undecided"
    POSTPONED = "postponed"
    RETIRING = "retiring"


class Why(StrEnum):
    """What a line of the plan rests on."""

    FREE = "free"  # nothing holds it back
    NEEDS = "needs"  # it comes after, or with, what it needs
    TOGETHER = "together"  # it and others need each other
    READY = "ready"  # its department is ready only then
    FULL = "full"  # the waves before have no room left
    FROZEN = "frozen"  # a freeze window of its zone
    WINDOW = "window"  # of a wave: freeze windows moved its days
    PROVISIONAL = "provisional"  # of a wave: its year's calendar is not published
    REACHES_BACK = "reaches_back"  # it needs what stays where it is
    UNDECIDED = "undecided"  # it needs what nobody has decided on
    POSTPONED = "postponed"
    RETIRING = "retiring"
    BLOCKED = "blocked"  # it needs what is blocked itself
    TOO_LARGE = "too_large"  # no wave takes so much at once


BLOCKING = {
    Standing.UNDECIDED: Why.UNDECIDED,
    Standing.POSTPONED: Why.POSTPONED,
    Standing.RETIRING: Why.RETIRING,
}


class Reason(NamedTuple):
    """One reason, with what its sentence names."""

    why: Why
    names: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, why: Why, **names: object) -> Reason:
        """With these names."""
        return cls(why, tuple((name, str(value)) for name, value in names.items()))


class Mover(NamedTuple):
    """A system that is to move: what it takes on the platform, its zone, and from when its department is ready."""

    code: str
    vcpu: int
    memory_mib: int
    zone: str = ""
    ready_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What is planned. `dependencies` are (system, what it needs) by code; what is on no list has no say.

    `others` is how the systems stand that are needed and do not move now; `first` is the number of the first wave.
    """

    movers: Sequence[Mover]
    dependencies: Iterable[tuple[str, str]]
    others: Mapping[str, Standing]
    room: Size
    schedule: Schedule
    first: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A system's place: its position in the wave, from 1, and why it is in this one and not in an earlier one."""

    code: str
    position: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """A wave with its working days, what moves in it, and what moved its days."""

    number: int
    slot: Slot
    size: Size
    places: tuple[Place, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A system that has no wave, and what is in the way."""

    code: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WavePlan:
    """The waves in their order, and what cannot be planned, by code."""

    waves: tuple[Wave, ...]
    blocked: tuple[Block, ...]


def plan_waves(seen: Snapshot) -> WavePlan:
    """The plan, with a reason for every line."""
    return _Planner(seen).plan()


class _Knot(NamedTuple):
    """Systems that move together: their indices, size and zones, from when all departments are ready, what blocks."""

    members: list[int]
    size: Size
    zones: frozenset[str]
    ready_on: date | None
    blocks: list[Reason]


class _Planner:
    """One run. Systems go by their index in the order of codes, knots by theirs with what is needed first."""

    def __init__(self, seen: Snapshot) -> None:
        self.seen = seen
        self.movers = sorted(seen.movers)
        self.slots = Slots(seen.schedule, seen.room)
        self.outside: defaultdict[int, set[str]] = defaultdict(set)
        needs = self._needs()
        parts = knots(needs)
        home = {member: at for at, members in enumerate(parts) for member in members}
        self.knots = [self._knot(members) for members in parts]
        self.before = [
            sorted({home[needed] for member in members for needed in needs[member]} - {at})
            for at, members in enumerate(parts)
        ]
        self.after: list[list[int]] = [[] for _ in parts]
        for at, needed in enumerate(self.before):
            for other in needed:
                self.after[other].append(at)
        self.slot_of: list[int | None] = [None] * len(parts)
        self.earliest = [0] * len(parts)

    def plan(self) -> WavePlan:
        by_slot: defaultdict[int, list[int]] = defaultdict(list)
        for at in self._in_turn():
            slot = self._place(at)
            if slot is not None:
                by_slot[slot].append(at)
        number_of = {slot: number for number, slot in enumerate(sorted(by_slot), self.seen.first)}
        blocked = [
            Block(code=self.movers[member].code, reasons=tuple(self._blocks(at)))
            for at, knot in enumerate(self.knots)
            if self.slot_of[at] is None
            for member in knot.members
        ]
        return WavePlan(
            waves=tuple(self._wave(number, slot, by_slot[slot], number_of) for slot, number in number_of.items()),
            blocked=tuple(sorted(blocked, key=lambda block: block.code)),
        )

    def _needs(self) -> list[list[int]]:
        """By system the systems that it needs among the movers; what stands elsewhere is kept in `outside`."""
        index = {mover.code: at for at, mover in enumerate(self.movers)}
        pairs = set()
        for code, needed in self.seen.dependencies:
            if code in index and code != needed:
                if needed in index:
                    pairs.add((index[code], index[needed]))
                elif needed in self.seen.others:
                    self.outside[index[code]].add(needed)
        needs: list[list[int]] = [[] for _ in self.movers]
        for one, other in sorted(pairs):
            needs[one].append(other)
        return needs

    def _knot(self, members: list[int]) -> _Knot:
        movers = [self.movers[member] for member in members]
        size = Size(len(movers), sum(mover.vcpu for mover in movers), sum(mover.memory_mib for mover in movers))
        blocks = [
            Reason.of(BLOCKING[standing], system=self.movers[member].code, needed=code)
            for member in members
            for code in sorted(self.outside.get(member, ()))
            if (standing := self.seen.others[code]) in BLOCKING
        ]
        if not size.within(self.seen.room):
            blocks.append(
                Reason.of(
                    Why.TOO_LARGE,
                    **size._asdict(),
                    systems_at_most=self.seen.room.systems,
                    vcpu_at_most=self.seen.room.vcpu,
                    memory_mib_at_most=self.seen.room.memory_mib,
                )
            )
        return _Knot(
            members=members,
            size=size,
            zones=frozenset(mover.zone for mover in movers),
            ready_on=max((mover.ready_on for mover in movers if mover.ready_on is not None), default=None),
            blocks=blocks,
        )

    def _in_turn(self) -> Iterator[int]:
        """Every knot after what it needs; what can be early first, then what the longest row of others waits for."""
        height = [0] * len(self.knots)
        for at in reversed(range(len(self.knots))):
            height[at] = 1 + max((height[other] for other in self.after[at]), default=0)
        waiting = [len(needed) for needed in self.before]
        turn = [self._turn(at, height) for at, count in enumerate(waiting) if not count]
        heapify(turn)
        while turn:
            at = heappop(turn)[-1]
            yield at
            for other in self.after[at]:
                waiting[other] -= 1
                if not waiting[other]:
                    heappush(turn, self._turn(other, height))

    def _turn(self, at: int, height: list[int]) -> tuple[int, int, int, int]:
        ready_on = self.knots[at].ready_on
        ready = 0 if ready_on is None else self.slots.from_day(ready_on)
        self.earliest[at] = max([ready, *(slot for other in self.before[at] if (slot := self.slot_of[other]))])
        return self.earliest[at], -height[at], self.knots[at].members[0], at

    def _place(self, at: int) -> int | None:
        """Gives a knot its slot, if it can have one."""
        knot = self.knots[at]
        if not knot.blocks and all(self.slot_of[other] is not None for other in self.before[at]):
            slot = self.slots.first(self.earliest[at], knot.size, knot.zones)
            self.slots.take(slot, knot.size)
            self.slot_of[at] = slot
        return self.slot_of[at]

    def _blocks(self, at: int) -> Iterator[Reason]:
        yield from self.knots[at].blocks[:NAMED]
        held = [self.knots[other] for other in self.before[at] if self.slot_of[other] is None]
        if held:
            yield Reason.of(Why.BLOCKED, needed=self._codes(member for knot in held for member in knot.members))

    def _wave(self, number: int, at: int, placed: list[int], number_of: Mapping[int, int]) -> Wave:
        slot = self.slots.slot(at)
        lines = [
            (member, self._reasons(knot, member, number_of)) for knot in placed for member in self.knots[knot].members
        ]
        reasons = [Reason.of(Why.WINDOW, windows=", ".join(slot.waits))] if slot.waits else []
        if slot.provisional:
            reasons.append(Reason.of(Why.PROVISIONAL, year=slot.ends_on.year))
        return Wave(
            number=number,
            slot=slot,
            size=self.seen.room.less(self.slots.room(at)),
            places=tuple(
                Place(code=self.movers[member].code, position=position, reasons=tuple(why))
                for position, (member, why) in enumerate(lines, 1)
            ),
            reasons=tuple(reasons),
        )

    def _reasons(self, at: int, member: int, number_of: Mapping[int, int]) -> list[Reason]:
        """Why a system moves in this wave: what held its knot back, in the order of effect."""
        knot, slot, earliest = self.knots[at], self.slot_of[at], self.earliest[at]
        assert slot is not None
        found = []
        needed = [other for other in self.before[at] if self.slot_of[other] == earliest]
        if needed:
            codes = self._codes(one for other in needed for one in self.knots[other].members)
            found.append(Reason.of(Why.NEEDS, needed=codes, wave=number_of[earliest]))
        if knot.ready_on is not None and earliest and self.slots.from_day(knot.ready_on) == earliest:
            found.append(Reason.of(Why.READY, day=knot.ready_on))
        if slot > earliest:
            found.extend(self._passed(knot, earliest, slot, number_of))
        if not found:
            found.append(Reason.of(Why.FREE))
        if len(knot.members) > 1:
            found.append(Reason.of(Why.TOGETHER, systems=self._codes(one for one in knot.members if one != member)))
        stays = [code for code in self.outside.get(member, ()) if self.seen.others[code] is Standing.STAYS]
        if stays:
            found.append(Reason.of(Why.REACHES_BACK, needed=_named(sorted(stays))))
        return found

    def _passed(self, knot: _Knot, earliest: int, slot: int, number_of: Mapping[int, int]) -> Iterator[Reason]:
        """Why the knot is not in the waves between the earliest possible one and its own."""
        every = self.slots.frozen_slots(knot.zones)
        frozen = every[bisect_left(every, earliest) : bisect_left(every, slot)]
        if frozen:
            until = self.slots.slot(frozen[-1]).ends_on
            yield Reason.of(Why.FROZEN, zones=", ".join(sorted(knot.zones)), until=until)
        if slot - earliest > len(frozen):
            first = next(at for at in range(earliest, slot) if at not in frozen)
            last = next(at for at in range(slot - 1, first - 1, -1) if at not in frozen)
            yield Reason.of(Why.FULL, first=number_of[first], last=number_of[last])

    def _codes(self, members: Iterable[int]) -> str:
        return _named([self.movers[member].code for member in sorted(members)])


def _named(codes: Sequence[str]) -> str:
    """The first codes, and that there are more."""
    return ", ".join(codes[:NAMED]) + (", …" if len(codes) > NAMED else "")
