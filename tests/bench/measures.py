"""What a measure is, and the clocks that it reads: wall time, and the CPU time of whole process trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from time import monotonic

import psutil

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on a ratio or figure: `better` is "<=" or ">="."""

    better: str
    bound: float

    def met(self, value: float) -> bool:
        return value <= self.bound if self.better == "<=" else value >= self.bound

    def __str__(self) -> str:
        return f"{self.better} {self.bound:g}"


@dataclass(slots=True)
class Measure:
    """One line of the table: what, against whom, the ratio or figure, its goal, and the raw figures behind it."""

    name: str
    peer: str
    value: float
    goal: Goal | None
    raw: str
    unit: str = ""

    @property
    def verdict(self) -> str:
        return "" if self.goal is None else ("met" if self.goal.met(self.value) else "MISSED")


@dataclass(slots=True)
class Clock:
    """Seconds of wall and CPU between start and stop."""

    wall_s: float = 0.0
    cpu_s: float = 0.0


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of processes and of all their present children, reaped ones included."""
    total = 0.0
    for pid in pids:
        process = psutil.Process(pid)
        for one in [process, *process.children(recursive=True)]:
            try:
                times = one.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
            if one.pid == pid:
                total += times.children_user + times.children_system
    return total


@contextmanager
def clocked(pids: list[int]) -> Iterator[Clock]:
    """Measures a block; `pids` are the servers whose CPU counts."""
    clock, began, cpu = Clock(), monotonic(), cpu_seconds(pids)
    yield clock
    clock.wall_s, clock.cpu_s = monotonic() - began, cpu_seconds(pids) - cpu


@dataclass(slots=True)
class Rounds:
    """Interleaved rounds of several contenders: each round runs every contender once, in turn."""

    results: dict[str, list[Clock]] = field(default_factory=dict)

    def run(self, contenders: dict[str, Callable[[], Clock]], rounds: int = ROUNDS) -> None:
        for _ in range(rounds):
            for name, contend in contenders.items():
                self.results.setdefault(name, []).append(contend())

    def wall(self, name: str) -> float:
        """Median wall seconds."""
        return median(clock.wall_s for clock in self.results[name])

    def cpu(self, name: str) -> float:
        """Median CPU seconds."""
        return median(clock.cpu_s for clock in self.results[name])
