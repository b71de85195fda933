"""Waste besides zombies: what a department holds of the platform and does not use, proposed to it, never taken.

A proposal says what would change, on which evidence, and what that gives back in capacity and in fen a year. Accepted
it becomes an ordinary order with a link back; declined it has a reason and is not proposed again before a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

import msgspec

from cloudctl.domain.errors import Invalid
from cloudctl.domain.lifecycle_shadows import WASTE

NAMESPACE = UUID("2a9a4d0e-57c4-53b5-8a39-1e2f60b7c9d4")
"""The namespace that the ids of proposals are derived in."""


class WasteKind(StrEnum):
    """What is not used."""

    OVERSIZED = "oversized"  # a server that is larger than what it does
    POWERED_OFF = "powered_off"
    ORPHAN_DISK = "orphan_disk"
    OLD_SNAPSHOT = "old_snapshot"
    UNUSED_ADDRESS = "unused_address"
    IDLE_SEGMENT = "idle_segment"


class Saved(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Capacity that is free again; sizes with their unit in the name."""

    vcpu: int = 0
    memory_mib: int = 0
    disk_gib: int = 0
    addresses: int = 0

    def __add__(self, other: Saved) -> Saved:
        return Saved(**{name: getattr(self, name) + getattr(other, name) for name in AMOUNTS})

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in AMOUNTS)


AMOUNTS = Saved.__struct_fields__


class UnitPrices(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries of the price book say what a piece of capacity costs in a year; all of them in fen."""

    vcpu: str
    memory_gib: str
    disk_gib: str
    address: str

    @property
    def of_amounts(self) -> Mapping[str, tuple[str, int]]:
        """By the name of an amount: the price, and how many of the amount one piece of it is for."""
        return {
            "vcpu": (self.vcpu, 1),
            "memory_mib": (self.memory_gib, 1024),
            "disk_gib": (self.disk_gib, 1),
            "addresses": (self.address, 1),
        }


class Oversized(msgspec.Struct, frozen=True, kw_only=True):
    """When a server is too large, by P95 of CPU and memory over `window_days`.

    At least `coverage_percent` of the window was measured. What is proposed keeps P95 under `target_percent` of the new
    size and the highest value under `peak_percent`; servers with one of the purposes `by_peak` keep their highest value
    under `target_percent`. Of those with one of the `spared` ones nothing is proposed: their hour lies outside it.
    """

    window_days: int
    coverage_percent: int
    target_percent: int
    peak_percent: int
    by_peak: frozenset[str]
    spared: frozenset[str]


class WasteRules(msgspec.Struct, frozen=True, kw_only=True):
    """When something is waste; `policies/waste.yaml`.

    Servers with one of the purposes `kept_off` are switched off on purpose. `again_days` is how long a refusal holds
    that names no day.
    """

    version: int
    oversized: Oversized
    powered_off_days: int
    kept_off: frozenset[str]
    orphan_disk_days: int
    old_snapshot_days: int
    kept_snapshots: tuple[str, ...]
    unused_address_days: int
    idle_segment_days: int
    again_days: int
    longest_refusal_days: int
    prices: UnitPrices


@dataclass(kw_only=True, eq=False)
class Proposal:
    """One proposal. `subject_id` is a record's id, or the object's where there is no record.

    `specification` is the new one of a server that is too large. `saved_fen` is a year's worth by the price book of
    `book_version` (None: a price was not known), `rules_version` is that of the thresholds. `order_id` is what it
    became, `not_before` the day before which it is not proposed again.
    """

    id: UUID
    kind: WasteKind
    cloud: str
    zone: str | None
    subject_id: UUID
    subject_kind: str
    name: str
    department_id: UUID | None
    system_id: UUID | None
    resource_id: UUID | None
    object_id: UUID | None
    specification: str | None = None
    saved: Saved
    saved_fen: int | None
    book_version: int
    rules_version: int
    facts: dict[str, Any]
    mark: str
    words: dict[str, str]
    next_step: dict[str, str]
    state: str = "open"
    found_at: datetime
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    not_before: date | None = None
    order_id: UUID | None = None
    done_at: datetime | None = None
    created_at: datetime
    version: int = 1

    def advance(self, event: str) -> None:
        """Moves along the life-cycle table; raises Refused for what it does not list."""
        self.state = WASTE.next(self.state, event)

    def decline(self, reason: str, not_before: date, by: UUID | None, now: datetime) -> None:
        """Its owner needs it; raises Invalid without a reason."""
        if not reason.strip():
            raise Invalid("To decline a proposal needs a reason.", field="reason", way_out="Say what it is needed for.")
        self.advance("decline")
        self.reason, self.not_before, self.decided_by, self.decided_at = reason.strip(), not_before, by, now

    def accept(self, by: UUID | None, now: datetime, order_id: UUID | None) -> None:
        """Its owner agrees; `order_id` carries it out, or the operators do."""
        self.advance("accept")
        self.reason, self.decided_by, self.decided_at, self.order_id = None, by, now, order_id

    def reopen(self, event: str) -> None:
        """Proposed again."""
        self.advance(event)
        self.reason = self.not_before = self.decided_by = self.decided_at = self.order_id = self.done_at = None


def proposal_id(kind: WasteKind, subject_id: UUID) -> UUID:
    """The id of a proposal: the same whenever the same is proposed."""
    return uuid5(NAMESPACE, f"{kind}/{subject_id}")
