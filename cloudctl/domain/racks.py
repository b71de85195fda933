"""Racks (机柜), what takes up their units and watts, and where there is room for more.

    refuse_crowding(rack, occupants)                 # raises Invalid naming field and way out
    berth = fit(racks, occupants, units=2, power_w=600)   # the tightest gap that fits, or None

Units are counted from below, the lowest is 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from cloudctl.domain.errors import Invalid
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.register import Kind, RegisterField, check_fields
from cloudctl.messages import mark

USUAL_UNITS = 42
HIGHEST_UNITS = 60
FIELDS = (
    RegisterField("room_id", mark("Room"), "所在机房", Kind.REFERENCE, required=True, choices="rooms"),
    RegisterField("code", mark("Code"), "机柜编码", Kind.CODE, required=True),
    RegisterField("units", mark("Units"), "高度（U）", Kind.WHOLE, required=True, least=1, most=HIGHEST_UNITS),
    RegisterField("power_w", mark("Power (W)"), "供电（W）", Kind.WHOLE, most=1_000_000),
    RegisterField("zone", mark("Zone of the room"), "机房分区", Kind.CODE),
    RegisterField("gone_on", mark("Gone on"), "撤除日期", Kind.DAY),
)
"""What a rack has, for forms and sheets. Its code is unique within its room only."""


@dataclass(kw_only=True, eq=False)
class Rack:
    """A rack of a room: `units` high, fed with `power_w` watts (None: not known), in a `zone` of the room.

    `code` is its own within the room. `gone_on` is when it was taken out.
    """

    id: UUID = field(default_factory=new_id)
    room_id: UUID
    code: str
    units: int = USUAL_UNITS
    power_w: int | None = None
    zone: str = ""
    gone_on: date | None = None
    created_at: datetime
    version: int = 1

    def check(self) -> None:
        """Raises Invalid for a height or a supply that no rack has."""
        check_fields(self, FIELDS)


class Occupant(NamedTuple):
    """What takes up a rack: a device, or a colocation that is held or in place; without `first_unit` somewhere in it.

    `name` is what people know it by, `power_w` what it takes (0 where nobody knows).
    """

    id: UUID
    rack_id: UUID
    name: str
    first_unit: int | None
    units: int
    power_w: int

    @property
    def last_unit(self) -> int:
        """The highest of its units, where the lowest is known."""
        return (self.first_unit or 1) + self.units - 1


class Space(NamedTuple):
    """What is free: units in all, the highest device that still fits, and watts (None: the rack states none)."""

    units: int
    largest: int
    power_w: int | None


class Berth(NamedTuple):
    """A place in a rack: from `first_unit` up."""

    rack: Rack
    first_unit: int


def refuse_crowding(rack: Rack, occupants: Sequence[Occupant]) -> None:
    """Raises the first of `crowding`."""
    for fault in crowding(rack, occupants):
        raise fault


def crowding(rack: Rack, occupants: Sequence[Occupant]) -> Iterator[Invalid]:
    """What does not fit into a rack: beyond its top, two on one unit, more units or watts than it has."""
    placed = sorted((entry for entry in occupants if entry.first_unit is not None), key=lambda entry: entry[3:])
    for entry in placed:
        if entry.first_unit is None or entry.first_unit < 1 or entry.last_unit > rack.units:
            yield Invalid(
                "{name} stands on units {first} to {last}; rack {rack} has 1 to {units}.", field="first_unit",
                way_out="Give the lowest unit on which it stands.", name=entry.name, first=entry.first_unit,
                last=entry.last_unit, rack=rack.code, units=rack.units,
            )  # fmt: skip
    for below, above in pairwise(placed):
        if (above.first_unit or 0) <= below.last_unit:
            yield Invalid(
                "{name} and {other} both stand on unit {unit} of rack {rack}.", field="first_unit",
                way_out="Correct the unit of one of them; free units: {free}.", name=above.name, other=below.name,
                unit=above.first_unit, rack=rack.code, free=_told(gaps(rack, occupants)),
            )  # fmt: skip
    units = sum(entry.units for entry in occupants)
    if units > rack.units:
        yield Invalid(
            "{taken} units are more than the {units} of rack {rack}.", field="rack_id",
            way_out="Name another rack, or correct the heights.", taken=units, units=rack.units, rack=rack.code,
        )  # fmt: skip
    watts = sum(entry.power_w for entry in occupants)
    if rack.power_w is not None and watts > rack.power_w:
        yield Invalid(
            "{taken} W are more than the {power} W of rack {rack}.", field="power_w",
            way_out="Name another rack, or correct the watts.", taken=watts, power=rack.power_w, rack=rack.code,
        )  # fmt: skip


def gaps(rack: Rack, occupants: Iterable[Occupant]) -> list[tuple[int, int]]:
    """The free runs of units as (lowest, how many), from below; what stands nowhere in particular takes none."""
    taken = {
        unit for entry in occupants if entry.first_unit is not None
        for unit in range(entry.first_unit, entry.last_unit + 1)
    }  # fmt: skip
    runs: list[tuple[int, int]] = []
    for unit in range(1, rack.units + 1):
        if unit in taken:
            continue
        if runs and sum(runs[-1]) == unit:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((unit, 1))
    return runs


def space(rack: Rack, occupants: Sequence[Occupant]) -> Space:
    """What is free in a rack; what stands nowhere in particular counts against the units in all."""
    free = max(0, rack.units - sum(entry.units for entry in occupants))
    watts = None if rack.power_w is None else max(0, rack.power_w - sum(entry.power_w for entry in occupants))
    return Space(free, min(free, max((run for _, run in gaps(rack, occupants)), default=0)), watts)


def fit(
    racks: Iterable[Rack],
    occupants: Mapping[UUID, Sequence[Occupant]],
    *,
    units: int,
    power_w: int,
    zone: str | None = None,
) -> Berth | None:
    """The tightest gap with enough watts, of several the one in the rack with the first code; None where there is none.

    `occupants` are by rack. The same figures give the same place.
    """
    best: tuple[int, str, Berth] | None = None
    for rack in sorted(racks, key=lambda rack: rack.code):
        if rack.gone_on is not None or (zone is not None and rack.zone != zone):
            continue
        here = occupants.get(rack.id, ())
        left = space(rack, here)
        if left.units < units or (left.power_w is not None and left.power_w < power_w):
            continue
        for first, run in gaps(rack, here):
            if run >= units and (best is None or run < best[0]):
                best = (run, rack.code, Berth(rack, first))
    return None if best is None else best[2]


def _told(runs: Sequence[tuple[int, int]]) -> str:
    return ", ".join(str(first) if run == 1 else f"{first}-{first + run - 1}" for first, run in runs) or "-"
