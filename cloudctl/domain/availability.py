"""Availability (可用率) of an application in a span of time, from runs of outcomes, without planned maintenance.

    found = availability(outcomes, planned, first, last)
    found.basis_points                     # None where nothing was measured

All figures are whole seconds. An application is down while one of its checks says so. What nobody looked at counts
neither way: `measured_s` says how much of the time there is an answer for.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

from cloudctl.domain.checks import BASIS_POINTS

Piece = tuple[datetime, datetime]


class Outcome(NamedTuple):
    """That a check was found `down` or not, from a moment to another."""

    down: bool
    begun_at: datetime
    until_at: datetime


class Availability(msgspec.Struct, frozen=True, kw_only=True):
    """`counted_s` is what was measured outside of maintenance, `down_s` the part of it that was down."""

    span_s: int
    measured_s: int
    planned_s: int
    counted_s: int
    down_s: int

    @property
    def basis_points(self) -> int | None:
        """The share of the counted time that it was there, rounded down, of 10,000; None where nothing counts."""
        if not self.counted_s:
            return None
        return (self.counted_s - self.down_s) * BASIS_POINTS // self.counted_s

    def __add__(self, other: Availability) -> Availability:
        """Of both together: a department's is the sum of its applications'."""
        return Availability(
            span_s=self.span_s + other.span_s, measured_s=self.measured_s + other.measured_s,
            planned_s=self.planned_s + other.planned_s, counted_s=self.counted_s + other.counted_s,
            down_s=self.down_s + other.down_s,
        )  # fmt: skip


def availability(
    outcomes: Iterable[Outcome], planned: Iterable[Piece], first: datetime, last: datetime
) -> Availability:
    """From `first` up to `last`."""
    outcomes = list(outcomes)
    measured = _joined((one.begun_at, one.until_at) for one in outcomes)
    down = _joined((one.begun_at, one.until_at) for one in outcomes if one.down)
    measured, down, apart = (_cut(pieces, first, last) for pieces in (measured, down, _joined(planned)))
    counted, down = _without(measured, apart), _without(down, apart)
    return Availability(
        span_s=_seconds([(first, last)]), measured_s=_seconds(measured), planned_s=_seconds(apart),
        counted_s=_seconds(counted), down_s=_seconds(down),
    )  # fmt: skip


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """In order, those that touch made one."""
    joined: list[Piece] = []
    for begun, until in sorted(pieces):
        if joined and begun <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], until))
        else:
            joined.append((begun, until))
    return joined


def _cut(pieces: Iterable[Piece], first: datetime, last: datetime) -> list[Piece]:
    """What of them lies inside."""
    cut = ((max(begun, first), min(until, last)) for begun, until in pieces)
    return [(begun, until) for begun, until in cut if begun < until]


def _without(pieces: Iterable[Piece], apart: list[Piece]) -> list[Piece]:
    left = []
    for begun, until in pieces:
        at = begun
        for start, end in apart:
            if end <= at or start >= until:
                continue
            if at < start:
                left.append((at, start))
            at = max(at, end)
        if at < until:
            left.append((at, until))
    return left


def _seconds(pieces: Iterable[Piece]) -> int:
    return round(sum((until - begun).total_seconds() for begun, until in pieces))
