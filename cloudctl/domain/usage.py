"""Usage (用量): what a cloud itself tells of its servers, by their native ids: points that it kept, or bare counters.

Two readings of counters make a rate. What cannot be told from them is left out, never guessed: counters that began
again, a clock that jumped, readings too far apart.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from cloudctl.domain.metrics import Metric

MOST_CPU_PERCENT = 200.0
"""A share of its processors that no server can have used: such a rate is a wrong clock's."""
CLOCK_SLACK_S = 5.0
"""So much may the two clocks of a machine differ over one interval before one of them counts as having jumped."""


class Course(msgspec.Struct, frozen=True):
    """Points of one metric of one server: each stands for `interval_s` from its `at` (whole epoch seconds) on."""

    server: str
    metric: Metric
    at: array[int]
    values: array[float]
    interval_s: int


class Activity(msgspec.Struct, frozen=True):
    """One number of a day."""

    server: str
    metric: Metric
    day: date
    value: float


class Occasion(msgspec.Struct, frozen=True):
    """The latest known day of something."""

    server: str
    metric: Metric
    on: date


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A part of what a cloud tells."""

    courses: Sequence[Course] = ()
    activities: Sequence[Activity] = ()
    occasions: Sequence[Occasion] = ()


class Counters(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What one server has counted since it began, read at `at_s` (epoch) and `steady_s` (a clock that never jumps).

    `cpu_s` is of all its processors together; disk is read and written, network received and sent. None is not told.
    """

    server: str
    at_s: float
    steady_s: float
    vcpu: int = 1
    cpu_s: float | None = None
    memory_percent: float | None = None
    disk_bytes: int | None = None
    network_bytes: int | None = None


class Lapse(msgspec.Struct, frozen=True):
    """Why two readings make no rate: `reset`, `clock`, `apart`."""

    why: str


def rates(before: Counters, after: Counters, *, most_s: float) -> dict[Metric, float] | Lapse:
    """What a server used between two readings of it; a Lapse where they do not tell.

    A machine that was started anew has another steady clock: then only the time of day is left to go by.
    """
    elapsed_s, steady_s = after.at_s - before.at_s, after.steady_s - before.steady_s
    if elapsed_s <= 0 or (steady_s > 0 and abs(elapsed_s - steady_s) > CLOCK_SLACK_S + 0.02 * steady_s):
        return Lapse("clock")
    if elapsed_s > most_s:
        return Lapse("apart")
    grown = {
        Metric.CPU_PERCENT: _grown(before.cpu_s, after.cpu_s, elapsed_s * after.vcpu / 100),
        Metric.DISK_KIB_S: _grown(before.disk_bytes, after.disk_bytes, elapsed_s * 1024),
        Metric.NETWORK_KIB_S: _grown(before.network_bytes, after.network_bytes, elapsed_s * 1024),
    }
    told = {metric: rate for metric, rate in grown.items() if rate is not None}
    if any(rate < 0 for rate in told.values()):
        return Lapse("reset")
    if told.get(Metric.CPU_PERCENT, 0.0) > MOST_CPU_PERCENT:
        return Lapse("clock")
    if after.memory_percent is not None:
        told[Metric.MEMORY_PERCENT] = after.memory_percent
    return told


def _grown(before: float | None, after: float | None, over: float) -> float | None:
    return None if before is None or after is None else (after - before) / over


class UsageSample(msgspec.Struct, frozen=True, kw_only=True):
    """What one look at a cloud's counters found of `servers` servers; `error` says why there are no more."""

    cloud: str
    at: datetime
    servers: int = 0
    packed: bytes = b""
    error: str | None = None


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[Counters])


def packed(counted: Sequence[Counters]) -> bytes:
    """Some 25 bytes a server."""
    return zlib.compress(_ENCODER.encode(counted))


def unpacked(sample: bytes) -> list[Counters]:
    """What `packed` was given."""
    return _DECODER.decode(zlib.decompress(sample)) if sample else []
