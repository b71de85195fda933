"""A made-up estate judged: what a rule that switches off does to machines whose truth is known.

    estate = made(seed, SMALL)
    outcome = tried(estate, replay(policy, estate.days, since=estate.since))
    outcome.recall, outcome.wrong

Histories are long: the campaign begins after 400 days of them, since whoever comes back once a year is known by nothing
else, and it goes on for eight months.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import numpy as np

from cloudctl.governance.zombies.days import DayUse
from tests.populations import LOOK_ALIKES, MIB_A_DAY, ZOMBIES, Machine, population

KNOWN_DAYS, CAMPAIGN_DAYS = 400, 240
SMALL = {
    "never-used": 90, "abandoned": 60, "tried-out": 15, "job-ended": 15, "ordinary": 20,
    **dict.fromkeys(LOOK_ALIKES, 26),
}  # fmt: skip
"""408 machines."""
LARGE = {
    "never-used": 200, "abandoned": 130, "tried-out": 35, "job-ended": 35, "ordinary": 60,
    **dict.fromkeys(LOOK_ALIKES, 60),
}  # fmt: skip
"""940 machines."""


@dataclass(frozen=True)
class Estate:
    """The days of its machines by name, each one's kind, which are zombies, and when the campaign begins."""

    seed: int
    days: Mapping[str, Sequence[DayUse]]
    kinds: Mapping[str, str]
    since: date

    @property
    def zombies(self) -> set[str]:
        """Those that nobody needs."""
        return {name for name, kind in self.kinds.items() if kind in ZOMBIES}


@dataclass(frozen=True)
class Outcome:
    """Which were switched off."""

    found: int
    zombies: int
    wrong: tuple[str, ...]
    missed: Counter[str]

    @property
    def recall(self) -> float:
        """The share of the zombies that was switched off."""
        return self.found / self.zombies

    def __str__(self) -> str:
        wrong = f" ({', '.join(self.wrong)})" if self.wrong else ""
        return f"recall {self.recall:.3f}, {self.found} of {self.zombies}; look-alikes off: {len(self.wrong)}{wrong}"


def drawn() -> int:
    """A seed of now, printed."""
    seed = Random().randrange(10**9)
    print(f"seed {seed}")
    return seed


def made(seed: int, counts: Mapping[str, int], reduced: Callable[[Machine], object] | None = None) -> Estate:
    """The estate of a seed; each machine is shown to `reduced` before its points are let go."""
    first = date(2024, 1, 1) + timedelta(days=Random(seed).randrange(366))
    days: dict[str, Sequence[DayUse]] = {}
    kinds: dict[str, str] = {}
    for machine in population(seed, counts, days=KNOWN_DAYS + CAMPAIGN_DAYS, first=first):
        days[machine.name], kinds[machine.name] = days_of(machine), machine.kind
        if reduced is not None:
            reduced(machine)
    return Estate(seed, days, kinds, first + timedelta(days=KNOWN_DAYS))


def tried(estate: Estate, off: set[str]) -> Outcome:
    """What it means that these were switched off."""
    zombies = estate.zombies
    missed = Counter(estate.kinds[name] for name in zombies - off)
    return Outcome(len(zombies & off), len(zombies), tuple(sorted(off - zombies)), missed)


def days_of(machine: Machine) -> list[DayUse]:
    """The points reduced to days."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a day without any point has no mean
        columns = {
            "cpu_percent": np.nanmean(machine.cpu, axis=1, dtype=np.float64),
            "cpu_p95": np.nanquantile(machine.cpu, 0.95, axis=1),
            "cpu_max": np.nanmax(machine.cpu, axis=1),
            "memory_percent": np.nanmean(machine.memory, axis=1, dtype=np.float64),
            "disk_mib": np.nanmean(machine.disk_read + machine.disk_write, axis=1, dtype=np.float64) / MIB_A_DAY,
            "network_mib": np.nanmean(machine.received + machine.sent, axis=1, dtype=np.float64) / MIB_A_DAY,
        }
    samples = (~np.isnan(machine.cpu)).sum(axis=1).tolist()
    values = {name: column.tolist() for name, column in columns.items()}
    return [
        DayUse(
            day=machine.first + timedelta(days=place),
            samples=count,
            **({name: column[place] for name, column in values.items()} if count else {}),
        )
        for place, count in enumerate(samples)
    ]
