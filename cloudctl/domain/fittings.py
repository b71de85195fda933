"""Fittings: what people install or connect for a department, as against what a cloud builds.

A colocation is a place for the department's own device in the shared room, an access is a line, terminals or an
Internet egress. They are ordered with the same form and approved in the same way as servers are. From submission on
the place is held; with the order's delivery operations have to install or connect it, and say so when it is done.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from cloudctl.domain.identifiers import derived_id, new_id
from cloudctl.domain.lifecycle import FITTINGS

if TYPE_CHECKING:
    from cloudctl.domain.items import FittingItem
    from cloudctl.domain.orders import Order


class FittingKind(StrEnum):
    """The two kinds; each has a module, a table and a route of its plural name."""

    COLOCATION = "colocation"
    ACCESS = "access"


class AccessKind(StrEnum):
    """What is connected."""

    LINE = "line"
    TERMINALS = "terminals"
    EGRESS = "egress"


class AccessLevel(StrEnum):
    """The level of the network that it is connected at."""

    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    TOWNSHIP = "township"
    VILLAGE = "village"


HELD = ("reserved", "assigned", "in_use", "leaving")
"""The states in which a fitting takes up its place."""


@dataclass(kw_only=True, eq=False)
class Fitting:
    """What the two kinds share. `item` is the position of the order's item that asked for it.

    `number` is what people quote: the order's and the item's; of what was there before the platform, the office's own.
    `term_months` were asked for and count from the day of its completion, `from_on`, until `until_on`.
    """

    KIND: ClassVar[FittingKind]

    id: UUID = field(default_factory=new_id)
    number: str
    department_id: UUID
    system_id: UUID | None = None
    order_id: UUID | None = None
    item: int = 0
    name: str = ""
    state: str = "reserved"
    term_months: int = 0
    from_on: date | None = None
    until_on: date | None = None
    ended_on: date | None = None
    note: str = ""
    created_at: datetime
    version: int = 1

    def advance(self, event: str) -> None:
        """Moves along the life-cycle table; raises Refused for what it does not list."""
        self.state = FITTINGS.next(self.state, event)

    @staticmethod
    def asked(order: Order, position: int, item: FittingItem, kind: FittingKind, now: datetime) -> dict[str, Any]:
        """What the two kinds have in common of an order's item; the same item gives the same id."""
        return {
            "id": derived_id(order.id, f"{position}/{kind.value}"),
            "number": f"{order.number}-{position + 1}",
            "department_id": order.department_id,
            "system_id": order.system_id,
            "order_id": order.id,
            "item": position,
            "name": item.name,
            "term_months": item.term_months,
            "created_at": now,
        }

    @property
    def holds(self) -> bool:
        """Whether it takes up its place."""
        return self.state in HELD
