"""Indicators (指标): ratios and totals over the register, each by a versioned definition that says what is counted.

    definition = in_force(definitions, "centralisation-rooms", date(2026, 6, 30))

A definition never changes: another way to count is another version with its own `valid_from`, and the old one stays, so
that the line of the past goes on beside the new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid5

INDICATORS = UUID("0b0a7d0e-4f7c-5c53-9d2b-6a0f6a4f2d11")
"""The namespace that the ids of snapshots are derived in."""
CITY, ALL = "city_departments", "all"

Value = str | int | bool
Where = Mapping[str, tuple[Value, ...]]
"""By field, the values of which one has to be there; no field, no condition."""


class Counted(StrEnum):
    """What is counted."""

    SYSTEMS = "systems"
    ROOMS = "rooms"
    DEVICES = "devices"
    SERVERS = "servers"
    DEPARTMENTS = "departments"


# What a definition may ask of each noun, and what it may add up. `verified` and `own_rooms` rest on evidence.
FIELDS: dict[Counted, frozenset[str]] = {
    Counted.SYSTEMS: frozenset(
        {"status", "verified", "system_class", "layer", "mlps_level", "virtualised", "network", "assessed"}
    ),
    Counted.ROOMS: frozenset({"kind", "category", "status", "verified"}),
    Counted.DEVICES: frozenset({"kind", "status", "virtual_host", "room_kind"}),
    Counted.SERVERS: frozenset({"cloud", "zone", "cpu_band", "memory_band"}),
    Counted.DEPARTMENTS: frozenset({"level", "own_rooms", "own_rooms_claimed"}),
}
SUMS: dict[Counted, frozenset[str]] = {
    Counted.SYSTEMS: frozenset({"data_items", "data_items_provided", "data_items_structured", "yearly_cost_fen"}),
    Counted.ROOMS: frozenset({"racks", "power_kw", "area_m2"}),
    Counted.DEVICES: frozenset({"vm_count"}),
    Counted.SERVERS: frozenset({"vcpu", "memory_mib"}),
    Counted.DEPARTMENTS: frozenset(),
}
CLASSES: dict[Counted, frozenset[str]] = {
    Counted.SYSTEMS: frozenset({"system_class", "layer", "network"}),
    Counted.ROOMS: frozenset({"kind", "category"}),
}
"""Fields that say what something is: who changes one changes what is counted, and moves or closes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One thing that is counted, or a field of it that is added up (`total_of`), where all conditions hold."""

    noun: Counted
    total_of: str | None = None
    where: Where = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """What is left out of every term of a noun, and why; its count is shown beside the indicator."""

    name: str
    noun: Counted
    where: Where
    because: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One version of an indicator. Without a `denominator` it is a total.

    `claimed` is the numerator as people claim it; `title` and `formula` are by locale; `unit` is share or the unit of
    the total.
    """

    name: str
    version: int
    valid_from: date
    title: Mapping[str, str]
    formula: Mapping[str, str]
    unit: str
    numerator: tuple[Term, ...]
    denominator: tuple[Term, ...] = ()
    claimed: tuple[Term, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        """Everything that is counted for it."""
        return self.numerator + self.denominator + self.claimed


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What an indicator came to for a scope at a time, with all that it rests on.

    `numerator` is None where nothing is known to count. `seen_from` and `seen_until` are when the oldest and the newest
    evidence that counted was observed. `excluded` has the count of each exclusion by its name.
    """

    name: str
    version: int
    scope: str
    as_of: datetime
    numerator: float | None
    denominator: float | None
    claimed: float | None
    excluded: Mapping[str, int]
    seen_from: datetime | None = None
    seen_until: datetime | None = None

    @property
    def share(self) -> float | None:
        """Numerator over denominator; None for a total, and where there is nothing to divide by."""
        return _share(self.numerator, self.denominator)

    @property
    def claimed_share(self) -> float | None:
        """The same as it is claimed."""
        return _share(self.claimed, self.denominator)


@dataclass(kw_only=True, eq=False)
class Snapshot:
    """A figure as it was kept for the end of a day; it is written once and never again."""

    id: UUID
    day: date
    name: str
    version: int
    scope: str
    numerator: float | None
    denominator: float | None
    claimed: float | None
    excluded: Mapping[str, int]
    seen_from: datetime | None
    seen_until: datetime | None
    taken_at: datetime


def snapshot_of(figure: Figure, day: date, taken_at: datetime) -> Snapshot:
    """A figure as it is kept; its id is the same whoever takes it."""
    return Snapshot(
        id=uuid5(INDICATORS, f"{day}/{figure.name}/{figure.version}/{figure.scope}"),
        day=day,
        name=figure.name,
        version=figure.version,
        scope=figure.scope,
        numerator=figure.numerator,
        denominator=figure.denominator,
        claimed=figure.claimed,
        excluded=dict(figure.excluded),
        seen_from=figure.seen_from,
        seen_until=figure.seen_until,
        taken_at=taken_at,
    )


def in_force(definitions: Iterable[Definition], name: str, day: date) -> Definition | None:
    """The version of a definition that holds on a day; None before the first."""
    held = [one for one in definitions if one.name == name and one.valid_from <= day]
    return max(held, key=lambda one: (one.valid_from, one.version), default=None)


def _share(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None
