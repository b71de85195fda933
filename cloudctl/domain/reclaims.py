"""The ledger of reclaimed capacity (回收台账): what came back, by what, what that is worth, and which orders it served.

Nothing is kept for it: it is reckoned from what is on record with its times, so that a past date gives what it gave
then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from cloudctl.domain.savings import Price, PriceValue, Returned, Served
from cloudctl.domain.waste import Saved


class ReclaimSource(StrEnum):
    """What gave it back."""

    CLEARING = "clearing"  # a zombie system, through a campaign
    PROPOSAL = "proposal"  # waste that its owner agreed to give back
    ORDER = "order"  # a release or a smaller size that a department ordered by itself
    DRIFT = "drift"  # gone past the platform, or put by as drift


@dataclass(frozen=True, slots=True, kw_only=True)
class Reclaim:
    """One piece that came back: `kind` is server, volume, address, network, or resize for what only became smaller.

    `number` is that of the clearing or order, as far as one is on record. `fen` is a year's worth at the prices of the
    ledger's last day (None: one is not known). `served` are the orders that it then served.
    """

    returned: Returned
    kind: str
    source: ReclaimSource
    number: str | None
    department_id: UUID
    department: str
    fen: int | None
    served: tuple[Served, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReclaimSum:
    """What one source gave back; `fen` is of what is known, `unpriced` counts what is not."""

    source: ReclaimSource
    pieces: int
    saved: Saved
    fen: int
    unpriced: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReclaimLedger:
    """The ledger of a scope over a time, with the prices that it is reckoned by."""

    scope: str
    first: date
    last: date
    as_of: datetime
    book_version: int
    rules_version: int
    prices: Mapping[str, tuple[Price, PriceValue | None, int]]
    sums: tuple[ReclaimSum, ...]
    lines: tuple[Reclaim, ...]
    orders: tuple[Served, ...]
