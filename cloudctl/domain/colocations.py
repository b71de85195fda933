"""Colocations (集中托管): places for departments' own devices in the shared room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from cloudctl.domain.errors import Invalid
from cloudctl.domain.fittings import Fitting, FittingKind
from cloudctl.domain.items import ColocationItem
from cloudctl.domain.orders import Order
from cloudctl.domain.racks import Occupant


@dataclass(kw_only=True, eq=False)
class Colocation(Fitting):
    """`units` of a rack from `first_unit` up, and `power_w` watts; `device` describes what is to stand there.

    `zone` is the part of the shared room that was asked for, as shielded or core; None: any.
    """

    KIND: ClassVar[FittingKind] = FittingKind.COLOCATION

    units: int
    power_w: int
    zone: str | None = None
    device: str = ""
    room_id: UUID | None = None
    rack_id: UUID | None = None
    first_unit: int | None = None

    @classmethod
    def of(cls, order: Order, position: int, item: ColocationItem, now: datetime) -> Self:
        """What an order's item asks for; it has no place yet."""
        shared = cls.asked(order, position, item, cls.KIND, now)
        return cls(**shared, units=item.units, power_w=item.power_w, zone=item.room_zone, device=item.device)

    @property
    def occupant(self) -> Occupant | None:
        """What it takes up of its rack; None while it has no place, or has none any longer."""
        if self.rack_id is None or not self.holds:
            return None
        return Occupant(self.id, self.rack_id, self.number, self.first_unit, self.units, self.power_w)

    def check(self) -> None:
        """Raises Invalid for what takes no room or no power."""
        if self.units < 1:
            raise Invalid("A device is at least one unit high.", field="units", way_out="Say how many units it takes.")
        if self.power_w < 1:
            raise Invalid("A device takes power.", field="power_w", way_out="Say how many watts it takes at most.")
