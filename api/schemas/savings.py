"""The savings ledger: every line with its formula, its inputs and their sources."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from api.schemas.fields import Out
from cloudctl.domain.savings import Ledger, PriceUsed, SavingsLine, Total
from cloudctl.services.savings import Account, Growth


class PriceOut(Out, frozen=True, kw_only=True):
    """A price as a line used it: its value on the last day, since when it holds, and by whose word.

    A price that did not hold yet has no value. `divides` says that the line is divided by it. Money is in fen.
    """

    name: str
    title: dict[str, str]
    unit: str
    divides: bool
    value: str | None
    valid_from: date | None
    source: dict[str, str] | None

    @classmethod
    def used(cls, one: PriceUsed) -> Self:
        """This shape of a price."""
        value = one.value
        return cls(
            name=one.price.name,
            title=dict(one.price.title),
            unit=one.price.unit,
            divides=one.divides,
            value=None if value is None else value.value,
            valid_from=None if value is None else value.valid_from,
            source=None if value is None else dict(value.source),
        )


class QuantityOut(Out, frozen=True, kw_only=True):
    """The indicator that a line counts by, at the end of the day before the first and of the last; null is not known.

    `query` is the address of the indicator on the last day.
    """

    name: str
    version: int
    begin: float | None
    end: float | None
    query: str


class SavingsLineOut(Out, frozen=True, kw_only=True):
    """A line: `amount_fen` is for the time, `yearly_fen` what a yearly line comes to in a year as things now stand.

    Null is not known, which is not zero. `quantity` is what was added (one_off) or the mean of both ends (yearly).
    """

    name: str
    side: str
    category: str
    nature: str
    title: dict[str, str]
    formula: str
    counted: QuantityOut
    quantity: float | None
    prices: list[PriceOut]
    amount_fen: int | None
    yearly_fen: int | None

    @classmethod
    def told(cls, line: SavingsLine, account: Account) -> Self:
        """This shape of a line."""
        rule, end = line.rule, line.end
        query = f"/v1/indicators/{end.name}?date={account.last.isoformat()}&scope={account.scope}"
        counted = QuantityOut(
            name=end.name, version=end.version, begin=line.begin.numerator, end=end.numerator, query=query
        )
        return cls(
            **cls.copied(rule, "formula", "counted", "quantity", "prices", "amount_fen", "yearly_fen", "title"),
            title=dict(rule.title),
            formula=" ".join(
                [rule.quantity, *(f"× {name}" for name in rule.times), *(f"÷ {name}" for name in rule.per)]
            ),
            counted=counted,
            quantity=None if line.quantity is None else float(line.quantity),
            prices=[PriceOut.used(one) for one in line.prices],
            amount_fen=line.amount_fen,
            yearly_fen=line.yearly_fen,
        )


class TotalOut(Out, frozen=True, kw_only=True):
    """Gross is what departments are spared, `own_fen` what the platform costs, net the difference."""

    gross_fen: int
    own_fen: int
    net_fen: int


class GrowthOut(Out, frozen=True, kw_only=True):
    """What verified closures of rooms gave back: by the day before the first, by the last, and between."""

    name: str
    version: int
    title: dict[str, str]
    unit: str
    begin: float | None
    end: float | None
    added: float | None

    @classmethod
    def told(cls, one: Growth) -> Self:
        """This shape of a growth."""
        definition = one.definition
        return cls(
            **cls.copied(definition, "title", "begin", "end", "added"),
            title=dict(definition.title),
            begin=one.begin.numerator,
            end=one.end.numerator,
            added=one.added,
        )


class ServedOut(Out, frozen=True, kw_only=True):
    """An order, and how many of the vCPUs that it got had been returned before: first returned, first used, a cloud."""

    number: str
    cloud: str
    vcpu: int
    at: datetime


class ReturnedOut(Out, frozen=True, kw_only=True):
    """Servers and vCPUs that were given back over the time, the orders that these then served, and what rooms gave."""

    servers: int
    vcpu: int
    orders: list[ServedOut]
    rooms: list[GrowthOut]


class SavingsOut(Out, frozen=True, kw_only=True):
    """The ledger of a scope from `first` to `last`, as of that day's end.

    `one_off` is what was saved once over the time, `period` that and the yearly lines for the time's days, `yearly` a
    year of the yearly lines as things stand at the end. `unknown` names the lines that are left out for want of data.
    """

    scope: str
    first: date
    last: date
    as_of: datetime
    book_version: int
    one_off: TotalOut
    period: TotalOut
    yearly: TotalOut
    unknown: list[str]
    lines: list[SavingsLineOut]
    returned: ReturnedOut

    @classmethod
    def told(cls, account: Account) -> Self:
        """This shape of an account."""
        ledger: Ledger = account.ledger
        return cls(
            scope=account.scope,
            first=account.first,
            last=account.last,
            as_of=account.as_of,
            book_version=account.book_version,
            one_off=_total(ledger.one_off),
            period=_total(ledger.period),
            yearly=_total(ledger.yearly),
            unknown=list(ledger.unknown),
            lines=[SavingsLineOut.told(line, account) for line in ledger.lines],
            returned=ReturnedOut(
                servers=account.servers,
                vcpu=account.vcpu,
                orders=[ServedOut.of(one) for one in account.orders],
                rooms=[GrowthOut.told(one) for one in account.rooms],
            ),
        )


def _total(total: Total) -> TotalOut:
    return TotalOut(gross_fen=total.gross_fen, own_fen=total.own_fen, net_fen=total.net_fen)
