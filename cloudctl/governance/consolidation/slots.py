"""The waves that can be filled, one after the other: their days, and what room each has left.

    slots = Slots(Schedule(...), Size(systems=20, vcpu=400, memory_mib=819200))
    at = slots.first(2, Size(systems=1, vcpu=8, memory_mib=16384), zones={"internet"})
    slots.take(at, Size(systems=1, vcpu=8, memory_mib=16384))

Slots are made as they are asked for. The first with room is found in a tree of the largest rooms, in logarithmic time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from cloudctl.domain.calendars import DAY, Calendar
from cloudctl.domain.freezes import Bound, Freeze, barred_days

ACTS = frozenset({Bound.ORDERS, Bound.MIGRATIONS})  # a migration builds, so a window that forbids orders stops it too


class Size(NamedTuple):
    """How much moves: systems, vCPU and MiB of memory."""

    systems: int
    vcpu: int
    memory_mib: int

    def within(self, room: Size) -> bool:
        """Whether it fits in."""
        return self.systems <= room.systems and self.vcpu <= room.vcpu and self.memory_mib <= room.memory_mib

    def plus(self, other: Size) -> Size:
        """Both together."""
        return Size(self.systems + other.systems, self.vcpu + other.vcpu, self.memory_mib + other.memory_mib)

    def less(self, other: Size) -> Size:
        """What is left without the other."""
        return Size(self.systems - other.systems, self.vcpu - other.vcpu, self.memory_mib - other.memory_mib)


class Slot(NamedTuple):
    """A wave's working days; `waits` names the freeze windows that were passed over before its last day."""

    days: tuple[date, ...]
    provisional: bool
    waits: tuple[str, ...]

    @property
    def starts_on(self) -> date:
        """Its first working day."""
        return self.days[0]

    @property
    def ends_on(self) -> date:
        """Its last working day."""
        return self.days[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When waves can be: from `start` on, each of `days` working days that no window for all zones bars."""

    start: date
    days: int
    calendar: Calendar
    freezes: Sequence[Freeze]


class Slots:
    """The waves to be filled, each with the same room at first."""

    def __init__(self, schedule: Schedule, room: Size) -> None:
        self._schedule = schedule
        self._room = room
        everywhere = [freeze for freeze in schedule.freezes if not freeze.zones]
        self._barred = barred_days(everywhere, ACTS, "")
        self._windows = [
            (freeze.name, min(days), max(days))
            for freeze in sorted(everywhere, key=lambda freeze: (freeze.starts_at, freeze.name))
            if (days := barred_days([freeze], ACTS, ""))
        ]
        self._made: list[Slot] = []
        self._starts: list[date] = []
        self._zone_days: dict[str, set[date]] = {}
        self._frozen: dict[frozenset[str], tuple[list[int], int]] = {}
        self._width = 1
        self._tree = [room, room]  # node n has the largest room of its children 2n and 2n + 1; leaves follow _width

    def slot(self, at: int) -> Slot:
        """The days of slot `at`, which counts from 0."""
        while len(self._made) <= at:
            self._make()
        return self._made[at]

    def from_day(self, day: date) -> int:
        """The first slot that begins on that day or later."""
        while not self._starts or self._starts[-1] < day:
            self._make()
        return bisect_left(self._starts, day)

    def first(self, at: int, size: Size, zones: Collection[str] = ()) -> int:
        """The first slot from `at` on with room for `size` in which none of the zones is frozen."""
        zones = [zone for zone in zones if self._days_of(zone)]
        while True:
            at = self._with_room(at, size)
            if not self.frozen(at, zones):
                return at
            at += 1

    def frozen(self, at: int, zones: Collection[str]) -> bool:
        """Whether a window bars one of the zones on any day of the slot."""
        if not zones:
            return False
        days = self.slot(at).days
        return any(not self._days_of(zone).isdisjoint(days) for zone in zones)

    def frozen_slots(self, zones: frozenset[str]) -> list[int]:
        """Those of the slots made so far in which a window bars one of the zones, in their order."""
        if not any(self._days_of(zone) for zone in zones):
            return []
        known, upto = self._frozen.get(zones, ([], 0))
        if upto < len(self._made):
            known = known + [at for at in range(upto, len(self._made)) if self.frozen(at, zones)]
            self._frozen[zones] = known, len(self._made)
        return known

    def room(self, at: int) -> Size:
        """What is left of slot `at`."""
        return self._tree[self._width + at] if at < self._width else self._room

    def take(self, at: int, size: Size) -> None:
        """Takes room that `first` has found."""
        while at >= self._width:
            self._widen()
        node = self._width + at
        self._tree[node] = self._tree[node].less(size)
        while node := node // 2:
            larger = _larger(self._tree[2 * node], self._tree[2 * node + 1])
            if larger == self._tree[node]:
                return
            self._tree[node] = larger

    def _with_room(self, at: int, size: Size) -> int:
        while True:
            if at >= self._width:
                return at  # nothing was taken there yet
            found = self._below(1, 0, self._width, at, size)
            if found is not None:
                return found
            at = self._width

    def _below(self, node: int, first: int, width: int, at: int, size: Size) -> int | None:
        """The first leaf with room, from `at` on, of a node that stands for `width` leaves from `first` on."""
        if first + width <= at or not size.within(self._tree[node]):
            return None
        if width == 1:
            return first
        half = width // 2
        found = self._below(2 * node, first, half, at, size)
        return self._below(2 * node + 1, first + half, half, at, size) if found is None else found

    def _widen(self) -> None:
        leaves = self._tree[self._width :] + [self._room] * self._width
        self._width *= 2
        tree = [self._room] * self._width + leaves
        for node in range(self._width - 1, 0, -1):
            tree[node] = _larger(tree[2 * node], tree[2 * node + 1])
        self._tree = tree

    def _days_of(self, zone: str) -> set[date]:
        """The days on which windows of single zones bar this one."""
        if zone not in self._zone_days:
            some = [freeze for freeze in self._schedule.freezes if freeze.zones]
            self._zone_days[zone] = barred_days(some, ACTS, zone)
        return self._zone_days[zone]

    def _make(self) -> None:
        calendar = self._schedule.calendar
        day = self._made[-1].ends_on + DAY if self._made else self._schedule.start
        since, provisional = day, False
        days: list[date] = []
        while len(days) < self._schedule.days:
            works, guessed = calendar.works(day)
            provisional = provisional or guessed
            if works and day not in self._barred:
                days.append(day)
            day += DAY
        waits = [name for name, first, last in self._windows if first <= days[-1] and since <= last]
        self._made.append(Slot(tuple(days), provisional, tuple(dict.fromkeys(waits))))
        self._starts.append(days[0])


def _larger(one: Size, other: Size) -> Size:
    """The larger room of each dimension: what fits into neither does not fit into this, the reverse may fail."""
    return Size(max(one[0], other[0]), max(one[1], other[1]), max(one[2], other[2]))
