"""The quota ledger: limits, holds and commits per department, cloud, zone and dimension (invariant 2).

A hold lives from submission to delivery or the order's end. Growth holds before; shrinking frees after the backend
confirmed. Only the dimensions that an order raises are checked. What a district, or a unit below it, allots to its own
units comes out of its own limit.

>>> demand = Demand({Dimension.VCPU: 4}) + Demand({Dimension.VCPU: 2, Dimension.SERVERS: 1})
>>> demand[Dimension.VCPU], demand.growth()[Dimension.SERVERS]
(6, 1)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from cloudctl.domain.identifiers import new_id


class Dimension(StrEnum):
    """What is counted; the unit is in the name."""

    VCPU = "vcpu"
    MEMORY_MIB = "memory_mib"
    VOLUME_GIB = "volume_gib"
    SERVERS = "servers"
    SEGMENTS = "segments"
    ADDRESSES = "addresses"


class Demand(Counter[Dimension]):
    """Amounts by dimension; may be negative for what shrinks."""

    def __init__(self, amounts: Mapping[Dimension, int] | None = None) -> None:
        dict.__init__(self, amounts or {})  # Counter's goes over every amount, and demands are made by the thousand

    def __add__(self, other: Counter[Dimension]) -> Demand:  # type: ignore[override]  # Counter's drops what is <= 0
        total = Demand(self)
        for dimension, amount in other.items():
            total[dimension] += amount
        return total

    def growth(self) -> Demand:
        """The part that raises a dimension: what has to be held before anything is built."""
        return Demand({dimension: amount for dimension, amount in self.items() if amount > 0})

    def shrinking(self) -> Demand:
        """The part that lowers a dimension, as negative amounts: booked once the backend confirmed."""
        return Demand({dimension: amount for dimension, amount in self.items() if amount < 0})


class EntryKind(StrEnum):
    """What a ledger line does to an account."""

    HOLD = "hold"
    RELEASE_HOLD = "release-hold"
    COMMIT = "commit"
    FREE = "free"
    ADOPT = "adopt"
    HAND_OVER = "hand-over"
    TAKE_OVER = "take-over"


@dataclass(kw_only=True, eq=False)
class Quota:
    """One account of the ledger: what a department may use of one dimension in a cloud's zone.

    `allotted` is the sum of the limits that the units right below it were given out of this one.
    """

    id: UUID = field(default_factory=new_id)
    department_id: UUID
    cloud: str
    zone: str
    dimension: Dimension
    limit: int
    held: int = 0
    committed: int = 0
    allotted: int = 0
    version: int = 1

    @property
    def left(self) -> int:
        """What can still be asked for or allotted; negative after an adoption over the limit."""
        return self.limit - self.taken

    @property
    def taken(self) -> int:
        """What is held, in use or allotted to the units below."""
        return self.held + self.committed + self.allotted


@dataclass(kw_only=True, eq=False)
class Entry:
    """One line of the ledger; the sum of an account's lines is its held and committed amounts."""

    id: UUID = field(default_factory=new_id)
    quota_id: UUID
    order_id: UUID | None
    kind: EntryKind
    amount: int
    at: datetime
