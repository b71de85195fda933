"""The savings ledger (节约台账): what the shared platform saves against every department building alone.

Everything is multiplied and divided in the open: a line is a quantity (an indicator) times and divided by prices of
the price book, each with its source and the day from which it holds. Money is integer fen, rounded once a line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from cloudctl.domain.indicators import Figure

FEN = "fen"
"""The unit of a price that is money, and of a quantity that is money already."""


class Side(StrEnum):
    """What a line is about: the spending that departments are spared, or what the platform costs instead."""

    ALONE = "alone"
    PLATFORM = "platform"


class Category(StrEnum):
    """What the money is for."""

    HARDWARE = "hardware"
    ROOM = "room"
    LICENCES = "licences"
    PEOPLE = "people"
    ENERGY = "energy"
    MAINTENANCE = "maintenance"


class Nature(StrEnum):
    """Paid once, for what was added; or year after year, for what stands."""

    ONE_OFF = "one_off"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceValue:
    """What a price is from a day on, and by whom that is said. `value` is decimal, in fen where it is money."""

    valid_from: date
    value: str
    source: Mapping[str, str]

    @property
    def exact(self) -> Fraction:
        """The value without any rounding."""
        return Fraction(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """An entry of the price book: money (`unit` is fen) or a ratio, with all its values; old ones stay."""

    name: str
    unit: str
    title: Mapping[str, str]
    values: tuple[PriceValue, ...]

    def on(self, day: date) -> PriceValue | None:
        """What holds on a day; None before the first."""
        held = [one for one in self.values if one.valid_from <= day]
        return max(held, key=lambda one: one.valid_from, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRule:
    """How a line comes about: `quantity` is an indicator, the rest are names of prices."""

    name: str
    side: Side
    category: Category
    nature: Nature
    title: Mapping[str, str]
    quantity: str
    times: tuple[str, ...] = ()
    per: tuple[str, ...] = ()

    @property
    def prices(self) -> tuple[str, ...]:
        """Every price that it needs."""
        return self.times + self.per


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBook:
    """The whole book, as `policies/prices.yaml` has it."""

    version: int
    prices: tuple[Price, ...] = ()
    lines: tuple[LineRule, ...] = ()

    def price(self, name: str) -> Price:
        """A price by its name."""
        return next(one for one in self.prices if one.name == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceUsed:
    """A price as a line used it; `divides` says on which side of the fraction."""

    price: Price
    value: PriceValue | None
    divides: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsLine:
    """One line: what it counts, by which prices, and what it comes to.

    `quantity` is what was added over the time for a one-off line, and the mean of its beginning and end for a yearly
    one. `amount_fen` is for the time, `yearly_fen` what a yearly line comes to in a year as things stand at its end.
    All of them are None where an input is not known; `begin` is None where nobody counted by then.
    """

    rule: LineRule
    begin: Figure
    end: Figure
    prices: tuple[PriceUsed, ...]
    quantity: Fraction | None
    amount_fen: int | None
    yearly_fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Gross is what departments are spared, `own_fen` what the platform costs, net the difference."""

    gross_fen: int
    own_fen: int

    @property
    def net_fen(self) -> int:
        """What is left of it."""
        return self.gross_fen - self.own_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All lines over a time, and what they come to. `unknown` names the lines that an input was missing for."""

    lines: tuple[SavingsLine, ...]
    one_off: Total
    period: Total
    yearly: Total
    unknown: tuple[str, ...]


AMOUNTS = ("vcpu", "memory_mib", "disk_gib", "addresses")
"""What of capacity comes back and serves again, each by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What was given back at once: the place where it is free again, and since when. `id` tells pieces apart."""

    name: str
    cloud: str
    vcpu: int = 0
    memory_mib: int = 0
    disk_gib: int = 0
    addresses: int = 0
    at: datetime
    id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an order got at once: `number` is the order's."""

    number: str
    cloud: str
    vcpu: int = 0
    memory_mib: int = 0
    disk_gib: int = 0
    addresses: int = 0
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """An order, and how much of what it got had been returned before."""

    number: str
    cloud: str
    vcpu: int = 0
    memory_mib: int = 0
    disk_gib: int = 0
    addresses: int = 0
    at: datetime
