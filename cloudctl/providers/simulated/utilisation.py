"""How busy a simulated server is on a day: drawn from the seed, the same for whoever asks.

>>> from datetime import date
>>> daily(7, "server-a", date(2026, 3, 2)) == daily(7, "server-a", date(2026, 3, 2))
True
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Utilisation:
    """Means over one day, simulated: shares in percent, traffic and disk in MB."""

    cpu_percent: float
    memory_percent: float
    net_mb: float
    disk_mb: float


@dataclass(frozen=True, slots=True)
class Profile:
    """A way of being used: `weight` in a hundred servers, a working day's means, and a free day's share of them."""

    weight: int
    cpu_percent: float
    memory_percent: float
    net_mb: float
    disk_mb: float
    free_day: float


PROFILES = {
    "idle": Profile(14, 1.0, 18.0, 1.5, 20.0, 1.0),
    "office": Profile(46, 14.0, 45.0, 900.0, 2_000.0, 0.15),
    "steady": Profile(30, 32.0, 60.0, 4_000.0, 9_000.0, 0.9),
    "batch": Profile(10, 6.0, 35.0, 120.0, 15_000.0, 1.2),
}


def profile(seed: int, server: str) -> str:
    """The name of the profile that a server has for life."""
    drawn = random.Random(f"{seed}/{server}").choices(  # noqa: S311 - a figure, not a secret
        list(PROFILES), [each.weight for each in PROFILES.values()]
    )
    return drawn[0]


def daily(seed: int, server: str, day: date) -> Utilisation:
    """A server's means of one day."""
    usual = PROFILES[profile(seed, server)]
    draw = random.Random(f"{seed}/{server}/{day.isoformat()}")  # noqa: S311 - a figure, not a secret
    factor = draw.uniform(0.7, 1.3) * (usual.free_day if day.weekday() >= SATURDAY else 1.0)
    return Utilisation(
        cpu_percent=round(min(100.0, usual.cpu_percent * factor), 2),
        memory_percent=round(min(100.0, usual.memory_percent * draw.uniform(0.95, 1.05)), 2),
        net_mb=round(usual.net_mb * factor, 2),
        disk_mb=round(usual.disk_mb * factor, 2),
    )
