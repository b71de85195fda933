"""Freeze windows (封网期: 两会, 高考, 重保, local): spans of time in which some acts are not begun.

    freeze.open_at(now) and freeze.bars({Bound.ORDERS}, "extranet")
    next_open(freezes, {Bound.ORDERS}, ["extranet"], now)   # the first moment at which nothing bars it

Switching servers on and off and restoring are bound by no window; emergencies are excepted, on record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from cloudctl.domain.calendars import days_between, today_for_people
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.items import ExtendItem, Item, ReleaseItem, RenewItem, ResizeItem


class Bound(StrEnum):
    """What a freeze window can forbid to begin."""

    ORDERS = "orders"
    RESIZES = "resizes"
    RELEASES = "releases"
    PATCHES = "patches"
    CAMPAIGNS = "campaigns"
    MIGRATIONS = "migrations"


@dataclass(kw_only=True, eq=False)
class Freeze:
    """A window from `starts_at` up to and without `ends_at`. No `zones` means all of them."""

    id: UUID = field(default_factory=new_id)
    name: str
    starts_at: datetime
    ends_at: datetime
    binds: list[Bound]
    zones: list[str] = field(default_factory=list)
    reason: str
    created_by: UUID
    created_at: datetime
    cancelled_at: datetime | None = None
    version: int = 1

    @property
    def over_at(self) -> datetime:
        """Its end, or the moment at which it was cancelled, if that came first."""
        return self.ends_at if self.cancelled_at is None else min(self.ends_at, self.cancelled_at)

    def open_at(self, now: datetime) -> bool:
        """Whether it is in force at that moment."""
        return self.starts_at <= now < self.over_at

    def bars(self, acts: Collection[str], *zones: str) -> bool:
        """Whether it forbids any of these acts in any of those zones; no `zones` means all of them."""
        here = not (self.zones and zones) or not set(self.zones).isdisjoint(zones)
        return here and not set(self.binds).isdisjoint(acts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """That an act may begin at `at` in these zones, and until when: `next_freeze` begins at `open_until`, None: never.

    `passed` names the open windows that an emergency goes on in.
    """

    act: Bound
    zones: list[str]
    at: datetime
    open_until: datetime | None = None
    next_freeze: str | None = None
    passed: list[str] = field(default_factory=list)


def barring(freezes: Iterable[Freeze], acts: Collection[str], zones: Sequence[str], now: datetime) -> list[Freeze]:
    """The windows that forbid one of the acts at this moment, in one of the zones."""
    return [freeze for freeze in freezes if freeze.bars(acts, *zones) and freeze.open_at(now)]


def next_open(freezes: Collection[Freeze], acts: Collection[str], zones: Sequence[str], now: datetime) -> datetime:
    """The first moment from `now` on at which none of the windows forbids the acts: windows may follow each other."""
    while found := barring(freezes, acts, zones, now):
        now = max(freeze.over_at for freeze in found)
    return now


def next_closed(freezes: Iterable[Freeze], acts: Collection[str], zones: Sequence[str], now: datetime) -> Freeze | None:
    """The window that forbids one of the acts next, after `now`."""
    coming = (freeze for freeze in freezes if now < freeze.starts_at < freeze.over_at and freeze.bars(acts, *zones))
    return min(coming, key=lambda freeze: freeze.starts_at, default=None)


def barred_days(freezes: Iterable[Freeze], acts: Collection[str], zone: str) -> set[date]:
    """Every day, for people, of which a window that forbids the acts takes any part."""
    moment = timedelta(microseconds=1)
    return {
        day
        for freeze in freezes
        if freeze.bars(acts, zone) and freeze.starts_at < freeze.over_at
        for day in days_between(today_for_people(freeze.starts_at), today_for_people(freeze.over_at - moment))
    }


def acts_of(items: Iterable[Item]) -> frozenset[Bound]:
    """What carrying out the items of an order would do; a renewal only changes a date."""
    return frozenset(bound for item in items if (bound := _act_of(item)) is not None)


def _act_of(item: Item) -> Bound | None:
    match item:
        case ResizeItem() | ExtendItem():
            return Bound.RESIZES
        case ReleaseItem():
            return Bound.RELEASES
        case RenewItem():
            return None
    return Bound.ORDERS
