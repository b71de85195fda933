"""Days of machines, written as spells."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from cloudctl.governance.zombies.days import DayUse

FIRST = date(2026, 1, 5)
QUIET: dict[str, Any] = {
    "samples": 288, "cpu_percent": 1.0, "cpu_max": 3.0, "memory_percent": 20.0, "disk_mib": 5.0, "network_mib": 0.5,
}  # fmt: skip
BUSY = {"cpu_percent": 12.0, "cpu_max": 60.0, "network_mib": 900.0}
JOB = {"cpu_percent": 4.0, "cpu_max": 90.0}
NO_DATA = {"samples": 0}


def life(*spells: tuple[int, dict[str, Any]], first: date = FIRST) -> list[DayUse]:
    """So many days of each kind, one after the other; a kind says what differs from a quiet day."""
    kinds: Iterable[dict[str, Any]] = (kind for days, kind in spells for _ in range(days))
    return [DayUse(day=first + timedelta(days=place), **{**QUIET, **kind}) for place, kind in enumerate(kinds)]


def day(number: int) -> date:
    """The day of that number, from 0."""
    return FIRST + timedelta(days=number)
