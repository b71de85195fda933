"""Capacity: what the clouds have, what of it is taken, and for how long the rest will do.

A sample a day says what was held and committed. The trend is the straight line that fits the last FIT_DAYS days best;
it says nothing before there are samples of two days.

>>> trend([(date(2026, 3, 2), 100), (date(2026, 3, 3), 104), (date(2026, 3, 4), 108)])
4.0
>>> lasts_days(18, 4.0), lasts_days(18, -1.0), lasts_days(-3, 4.0)
(4, None, 0)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import NamedTuple

from cloudctl.domain.inventory import CloudObject, ObjectKind
from cloudctl.domain.quotas import Demand, Dimension

FIT_DAYS = 30


class Sample(NamedTuple):
    """What was held and committed of a cloud in a zone."""

    cloud: str
    zone: str
    dimension: Dimension
    taken: int


class Sighting(NamedTuple):
    """What of a cloud is really in use, whoever uses it, by the inventory `as_of` that time."""

    cloud: str
    dimension: Dimension
    used: int
    as_of: datetime


def trend(points: Collection[tuple[date, int]]) -> float | None:
    """By how much it grows a day (least squares); None without samples of two days."""
    if len({day for day, _ in points}) < 2:
        return None
    days = [float(day.toordinal()) for day, _ in points]
    middle, mean = sum(days) / len(days), sum(taken for _, taken in points) / len(points)
    above = sum((day - middle) * (taken - mean) for day, (_, taken) in zip(days, points, strict=True))
    return above / sum((day - middle) ** 2 for day in days)


def lasts_days(free: int | None, per_day: float | None) -> int | None:
    """Whole days until nothing is free; None where it does not grow, or there is no bound."""
    if free is None or per_day is None or per_day <= 0:
        return None
    return max(0, int(free / per_day))


def in_use(objects: Iterable[CloudObject]) -> Demand:
    """What objects take, by dimension; an object that does not say its size counts as one without any."""
    total = Demand()
    for thing in objects:
        match thing.kind:
            case ObjectKind.SERVER:
                total[Dimension.SERVERS] += 1
                total[Dimension.VCPU] += thing.vcpu or 0
                total[Dimension.MEMORY_MIB] += thing.memory_mib or 0
                total[Dimension.VOLUME_GIB] += thing.disk_gib or 0
            case ObjectKind.VOLUME:
                total[Dimension.VOLUME_GIB] += thing.disk_gib or 0
            case ObjectKind.NETWORK:
                total[Dimension.SEGMENTS] += 1
            case ObjectKind.ADDRESS:
                total[Dimension.ADDRESSES] += 1
    return total
