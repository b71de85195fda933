"""How busy a simulated server is: drawn from the seed, the same for whoever asks.

>>> from datetime import date
>>> daily(7, "server-a", date(2026, 3, 2)) == daily(7, "server-a", date(2026, 3, 2))
True

A server has one profile for life: its label `simulated-use` names it, or the seed draws it. Days are UTC days, hours of
work those of China. A half-hour has one level, so that a year of a city is made in seconds.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from cloudctl.domain.calendars import PEOPLE_ZONE
from cloudctl.domain.metrics import DAY_S, Metric

LABEL = "simulated-use"
"""The label of a server whose value is the name of its profile."""
SLOT_S = 300
HALF_HOURS = 48
SLOTS_IN_HALF_HOUR = DAY_S // SLOT_S // HALF_HOURS
SATURDAY = 5
WORK = (range(9, 12), range(14, 18))


@dataclass(frozen=True, slots=True, kw_only=True)
class Utilisation:
    """Means over one day, simulated: shares in percent, traffic and disk in MB."""

    cpu_percent: float
    memory_percent: float
    net_mb: float
    disk_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A way of being used: `weight` in a hundred servers, levels at rest and at work, and when there is work.

    `at_work` is by hours of office days, `nightly` and `monthly` by the UTC hours of any day or of the month's first
    one; `some_days` of a hundred office days have bursts. `people` is how many of them use it on an office day;
    `maintained` servers are patched and backed up.
    """

    weight: int
    cpu_percent: float
    memory_percent: float
    net_kib_s: float
    disk_kib_s: float
    busy_cpu_percent: float = 0.0
    busy_net_kib_s: float = 0.0
    busy_disk_kib_s: float = 0.0
    at_work: bool = False
    nightly: range = range(0)
    monthly: range = range(0)
    some_days: int = 0
    people: int = 0
    maintained: bool = True


PROFILES = {
    "idle": Profile(
        weight=14, cpu_percent=1.0, memory_percent=18.0, net_kib_s=0.02, disk_kib_s=0.2, maintained=False
    ),
    "office": Profile(
        weight=38, cpu_percent=3.0, memory_percent=45.0, net_kib_s=2.0, disk_kib_s=5.0,
        busy_cpu_percent=28.0, busy_net_kib_s=40.0, busy_disk_kib_s=80.0, at_work=True, people=24,
    ),
    "steady": Profile(
        weight=28, cpu_percent=32.0, memory_percent=60.0, net_kib_s=46.0, disk_kib_s=104.0, people=8
    ),
    "batch": Profile(
        weight=8, cpu_percent=1.5, memory_percent=35.0, net_kib_s=0.5, disk_kib_s=2.0,
        busy_cpu_percent=55.0, busy_net_kib_s=25.0, busy_disk_kib_s=1800.0, nightly=range(17, 19),
    ),
    "monthly": Profile(
        weight=3, cpu_percent=1.2, memory_percent=22.0, net_kib_s=0.05, disk_kib_s=0.3,
        busy_cpu_percent=70.0, busy_net_kib_s=60.0, busy_disk_kib_s=900.0, monthly=range(1, 7), people=1,
    ),
    "standby": Profile(weight=4, cpu_percent=2.2, memory_percent=30.0, net_kib_s=0.3, disk_kib_s=4.0),
    "build": Profile(
        weight=3, cpu_percent=1.5, memory_percent=28.0, net_kib_s=0.2, disk_kib_s=1.0,
        busy_cpu_percent=85.0, busy_net_kib_s=300.0, busy_disk_kib_s=2500.0, some_days=25, people=2,
    ),
    "replica": Profile(weight=2, cpu_percent=3.5, memory_percent=55.0, net_kib_s=12.0, disk_kib_s=30.0),
}  # fmt: skip


def profile(seed: int, server: str, labels: Mapping[str, str] | None = None) -> str:
    """The name of the profile that a server has for life."""
    named = (labels or {}).get(LABEL)
    if named in PROFILES:
        return str(named)
    drawn = random.Random(f"{seed}/{server}").choices(  # noqa: S311 - a figure, not a secret
        list(PROFILES), [each.weight for each in PROFILES.values()]
    )
    return drawn[0]


def levels(seed: int, server: str, day: date, usual: Profile) -> dict[Metric, list[float]]:
    """The level of each half-hour of a day."""
    draw = random.Random(f"{seed}/{server}/{day.isoformat()}")  # noqa: S311 - a figure, not a secret
    bursts = draw.uniform(0, 100) < usual.some_days
    whole = draw.uniform(0.8, 1.2)
    told: dict[Metric, list[float]] = {metric: [] for metric in (
        Metric.CPU_PERCENT, Metric.MEMORY_PERCENT, Metric.DISK_KIB_S, Metric.NETWORK_KIB_S
    )}  # fmt: skip
    for half in range(HALF_HOURS):
        factor = whole * draw.uniform(0.85, 1.15)
        busy = _busy(usual, day, half, bursts=bursts)
        told[Metric.CPU_PERCENT].append(min(100.0, (usual.busy_cpu_percent if busy else usual.cpu_percent) * factor))
        told[Metric.MEMORY_PERCENT].append(min(100.0, usual.memory_percent * draw.uniform(0.97, 1.03)))
        told[Metric.DISK_KIB_S].append((usual.busy_disk_kib_s if busy else usual.disk_kib_s) * factor)
        told[Metric.NETWORK_KIB_S].append((usual.busy_net_kib_s if busy else usual.net_kib_s) * factor)
    return told


def _busy(usual: Profile, day: date, half: int, *, bursts: bool) -> bool:
    hour = half // 2
    if hour in usual.nightly or (day.day == 1 and hour in usual.monthly):
        return True
    if not (usual.at_work or bursts):
        return False
    there = datetime.combine(day, time(hour), UTC).astimezone(PEOPLE_ZONE)
    return there.weekday() < SATURDAY and any(there.hour in hours for hours in WORK)


def points(level: list[float], begin_s: int, end_s: int, day_s: int) -> tuple[array[int], array[float]]:
    """The points of a day from `begin_s` up to `end_s`, five minutes apart."""
    at, values = array("q"), array("d")
    for half, value in enumerate(level):
        first = day_s + half * SLOT_S * SLOTS_IN_HALF_HOUR
        moments = range(first, first + SLOT_S * SLOTS_IN_HALF_HOUR, SLOT_S)
        if moments[0] >= begin_s and moments[-1] < end_s:
            at.extend(moments)
            values.extend([value] * SLOTS_IN_HALF_HOUR)
        else:
            there = [moment for moment in moments if begin_s <= moment < end_s]
            at.extend(there)
            values.extend([value] * len(there))
    return at, values


def activity(seed: int, server: str, day: date, usual: Profile) -> dict[Metric, float]:
    """What people and programs did with a server on a day: noughts are told too."""
    draw = random.Random(f"{seed}/{server}/{day.isoformat()}/people")  # noqa: S311 - a figure, not a secret
    there = usual.people if not usual.at_work or day.weekday() < SATURDAY else 0
    if usual.monthly and day.day != 1:
        there = 0
    active = round(there * draw.uniform(0.6, 1.2))
    return {
        Metric.LOGINS: float(active),
        Metric.CONNECTIONS: float(active * 2),
        Metric.HTTP_REQUESTS: float(active * 160),
        Metric.DNS_QUERIES: float(active * 12),
        Metric.WRITES_BY_PEOPLE: float(active * 9),
    }


def occasions(seed: int, server: str, day: date, usual: Profile) -> dict[Metric, date]:
    """When it was last looked after, as it is known on a day; one that nobody maintains has no backup at all."""
    draw = random.Random(f"{seed}/{server}/kept")  # noqa: S311 - a figure, not a secret
    if not usual.maintained:
        return {Metric.PATCHED_ON: date(2023, 1, 1) + timedelta(days=draw.randrange(400))}
    return {Metric.BACKED_UP_ON: day, Metric.PATCHED_ON: day.replace(day=1)}


def daily(seed: int, server: str, day: date, labels: Mapping[str, str] | None = None) -> Utilisation:
    """A server's means of one day."""
    told = levels(seed, server, day, PROFILES[profile(seed, server, labels)])
    mean = {metric: sum(level) / HALF_HOURS for metric, level in told.items()}
    return Utilisation(
        cpu_percent=round(mean[Metric.CPU_PERCENT], 2),
        memory_percent=round(mean[Metric.MEMORY_PERCENT], 2),
        net_mb=round(mean[Metric.NETWORK_KIB_S] * DAY_S / 1024, 2),
        disk_mb=round(mean[Metric.DISK_KIB_S] * DAY_S / 1024, 2),
    )
