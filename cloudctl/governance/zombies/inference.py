"""What a machine is for, recognised from its days; what its department declares goes before it.

`infer(past)` says no more than the days show: "ordinary" with no confidence when nothing is recognised.
"""

from __future__ import annotations

from itertools import pairwise
from statistics import fmean, pstdev
from typing import NamedTuple

import msgspec

from cloudctl.domain.purposes import Purpose
from cloudctl.domain.signals import Sentence
from cloudctl.governance.zombies.use import MONTH, Past
from cloudctl.messages import mark

REGULAR = 0.25
"""Returns whose distances differ by less than this share of their mean are regular."""
LEAST_RETURNS = 3
STEADY = 0.35
"""Traffic that differs from day to day by less than this share of its mean is steady."""
AGAIN_DAYS = 2
HEAVY_CPU = 50.0
SELDOM = 0.6


class Inferred(msgspec.Struct, frozen=True, kw_only=True):
    """A purpose that the days suggest. `confidence` is 0 to 1."""

    purpose: Purpose
    confidence: float
    sentence: Sentence


NOTHING = Inferred(
    purpose=Purpose.ORDINARY, confidence=0.0, sentence=Sentence(mark("No special purpose is recognised."))
)


def infer(past: Past) -> Inferred:
    """What it is for, as far as its days show it."""
    used = past.used
    return _season(past, used) or _rhythm(used) or _builds(past, used) or _steady(past, used) or NOTHING


class Season(NamedTuple):
    """Days of use and length in days of a season, and its last day as an ordinal."""

    days: int
    length: int
    end: int


def season(past: Past) -> Season | None:
    """The last season; None when there was none, or ordinary use came after it.

    A season is bounded: long enough to be more than a visit, short enough not to be ordinary use that has ended. After
    two months without any use, a second day is enough.
    """
    end = len(past.busy)
    while end:
        begin = end - 1
        while begin and past.busy[begin] - past.busy[begin - 1] < MONTH:
            begin -= 1
        before = past.busy[begin - 1] if begin else past.first or past.busy[0]
        least = AGAIN_DAYS if past.busy[begin] - before >= 2 * MONTH else past.rhythms.season_use_days
        if end - begin >= least:
            found = Season(end - begin, past.busy[end - 1] - past.busy[begin] + 1, past.busy[end - 1])
            return found if found.length <= past.rhythms.season_most_days else None
        end = begin
    return None


def _season(past: Past, used: list[int]) -> Inferred | None:
    found = season(past)
    if found is None or past.idle_days(used) < MONTH:
        return None
    return Inferred(
        purpose=Purpose.SEASONAL,
        confidence=0.7 if past.longest_return() > MONTH else 0.5,
        sentence=Sentence(
            mark("Used on {days} days within {length}, and then no more: as what has a season."),
            {"days": found.days, "length": found.length},
        ),
    )


def _rhythm(used: list[int]) -> Inferred | None:
    """Returns at regular distances: jobs."""
    distances = [later - sooner for sooner, later in pairwise(used) if later - sooner > 1]
    if len(distances) < LEAST_RETURNS - 1 or len(distances) < (len(used) - 1) / 2:
        return None
    mean = fmean(distances)
    if pstdev(distances) > REGULAR * mean:
        return None
    return Inferred(
        purpose=Purpose.BATCH,
        confidence=min(0.9, 0.3 + 0.15 * len(distances)),
        sentence=Sentence(
            mark("Use comes back about every {days} days, {times} times so far: as a job does."),
            {"days": round(mean), "times": len(distances)},
        ),
    )


def _builds(past: Past, used: list[int]) -> Inferred | None:
    """Heavy work at no fixed distance, on the smaller part of the days."""
    if len(used) < 2 * LEAST_RETURNS or len(used) > SELDOM * len(past.measured):
        return None
    turning = set(used)
    heavy = [
        day
        for ordinal, day in zip(past.measured, past.days, strict=True)
        if ordinal in turning and (day.cpu_max or 0.0) >= HEAVY_CPU
    ]
    if len(heavy) < len(used) / 2:
        return None
    return Inferred(
        purpose=Purpose.BUILD,
        confidence=0.5,
        sentence=Sentence(
            mark("Heavy work on {days} of {all} days, at no fixed distance: as where software is built."),
            {"days": len(heavy), "all": len(past.measured)},
        ),
    )


def _steady(past: Past, used: list[int]) -> Inferred | None:
    """Traffic that never stops and hardly changes: monitoring; with as much on disk, a replica."""
    last = past.days[-MONTH:]
    network = [day.network_mib for day in last if day.network_mib is not None]
    disk = [day.disk_mib for day in last if day.disk_mib is not None]
    mean = fmean(network) if network else 0.0
    if len(network) < MONTH or past.idle_days(used) < MONTH or mean <= past.thresholds.quiet_network_mib:
        return None
    if pstdev(network) > STEADY * mean:
        return None
    replica = bool(disk) and fmean(disk) >= mean and pstdev(disk) <= STEADY * fmean(disk)
    words = (
        mark("{mib} MiB a day, steadily, and as much on disk: as a replica.")
        if replica
        else mark("{mib} MiB a day, steadily, and hardly anything else: as what is monitored, monitors or stands by.")
    )
    return Inferred(
        purpose=Purpose.REPLICA if replica else Purpose.MONITORING,
        confidence=0.4,
        sentence=Sentence(words, {"mib": round(mean, 1)}),
    )
