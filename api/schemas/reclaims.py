"""The ledger of reclaimed capacity: what came back, by what, its worth a year, and whom it served."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self
from uuid import UUID

from api.schemas.fields import Out
from cloudctl.domain.reclaims import Reclaim, ReclaimLedger, ReclaimSource, ReclaimSum
from cloudctl.domain.savings import Served


class AmountsOut(Out, frozen=True, kw_only=True):
    """Capacity; sizes with their unit in the name."""

    vcpu: int
    memory_mib: int
    disk_gib: int
    addresses: int


class ReclaimServedOut(Out, frozen=True, kw_only=True):
    """An order, and how much of what it got had been returned before: first returned, first used, within a cloud."""

    number: str
    cloud: str
    vcpu: int
    memory_mib: int
    disk_gib: int
    addresses: int
    at: datetime


class ReclaimOut(Out, frozen=True, kw_only=True):
    """A piece that came back: a resource that is gone, or (`kind` resize) what an order made smaller.

    `source` is what gave it back, `number` that clearing or order; `fen` a year's worth, null where a price is unknown.
    """

    name: str
    kind: str
    cloud: str
    department_id: UUID
    department: str
    source: ReclaimSource
    number: str | None
    at: datetime
    vcpu: int
    memory_mib: int
    disk_gib: int
    addresses: int
    fen: int | None
    served: list[ReclaimServedOut]

    @classmethod
    def told(cls, line: Reclaim) -> Self:
        """This shape of a piece."""
        piece = line.returned
        return cls(
            **cls.copied(line, "name", "cloud", "at", "vcpu", "memory_mib", "disk_gib", "addresses", "served"),
            name=piece.name,
            cloud=piece.cloud,
            at=piece.at,
            vcpu=piece.vcpu,
            memory_mib=piece.memory_mib,
            disk_gib=piece.disk_gib,
            addresses=piece.addresses,
            served=[_served(one) for one in line.served],
        )


class ReclaimSumOut(Out, frozen=True, kw_only=True):
    """What one source gave back; `fen` a year is of what is known, `unpriced` counts the pieces that are not."""

    source: ReclaimSource
    pieces: int
    saved: AmountsOut
    fen: int
    unpriced: int

    @classmethod
    def told(cls, one: ReclaimSum) -> Self:
        """This shape of a sum."""
        return cls(**cls.copied(one, "saved"), saved=AmountsOut.of(one.saved))


class UnitPriceOut(Out, frozen=True, kw_only=True):
    """What `per` of an amount cost in a year on the last day, in fen, and by whose word; null is not known."""

    amount: str
    name: str
    per: int
    value: str | None
    valid_from: date | None
    source: dict[str, str] | None


class ReclaimLedgerOut(Out, frozen=True, kw_only=True):
    """The ledger of a scope, as of the end of `last`; a piece is worth the sum of amount ÷ per × price."""

    scope: str
    first: date
    last: date
    as_of: datetime
    book_version: int
    rules_version: int
    prices: list[UnitPriceOut]
    sums: list[ReclaimSumOut]
    lines: list[ReclaimOut]
    orders: list[ReclaimServedOut]

    @classmethod
    def told(cls, ledger: ReclaimLedger) -> Self:
        """This shape of a ledger."""
        return cls(
            **cls.copied(ledger, "prices", "sums", "lines", "orders"),
            prices=[
                UnitPriceOut(
                    amount=amount,
                    name=price.name,
                    per=per,
                    value=None if value is None else value.value,
                    valid_from=None if value is None else value.valid_from,
                    source=None if value is None else dict(value.source),
                )
                for amount, (price, value, per) in ledger.prices.items()
            ],
            sums=[ReclaimSumOut.told(one) for one in ledger.sums],
            lines=[ReclaimOut.told(one) for one in ledger.lines],
            orders=[_served(one) for one in ledger.orders],
        )


def _served(one: Served) -> ReclaimServedOut:
    return ReclaimServedOut.of(one)
