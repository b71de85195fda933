"""What others call idle, as their own documents put it, asked anew every day under the same rolling replay as ours.

A rule says of every day whether it flags the machine by what it looks back on. Flagged from 30 days of history on: the
owner is asked. No longer flagged: dismissed, and not asked again for half a year, as with ours. Still flagged 30 days
after the question, from 60 days of history on: switched off. Days that a rule cannot judge change nothing.

What their documents leave open is assumed: BMC and the plain quantile look at 30 days, VMware at 7, a card moves
1 Gbit/s, and where a trace has no core speed a core has 2.4 GHz.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from cloudctl.governance.zombies.replays import ReplayedCase

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
GBIT_KIB_S = 1e9 / 8 / 1024
MIB_A_DAY = 86400 / 1024


@dataclass(frozen=True)
class Counted:
    """A machine's days: the mean CPU and traffic, and on how many of its samples each condition held."""

    name: str
    first: date
    samples: Floats
    cpu: Floats
    network_mib: Floats
    held: dict[str, Floats]


def counted(
    name: str, first: date, day: npt.NDArray[np.int64], cpu: Floats, disk: Floats, received: Floats, sent: Floats,
    *, cores: Floats | float, mhz: Floats | float,
) -> Counted:  # fmt: skip
    """A machine of its points; `day` is that of each point, from 0, without doubles or gaps in value."""
    network = received + sent
    size = int(day.max()) + 1

    def total(values: npt.NDArray[np.generic]) -> Floats:
        return np.bincount(day, weights=values.astype(np.float64), minlength=size)

    samples = total(np.ones(len(day)))
    with np.errstate(invalid="ignore"):
        return Counted(
            name, first, samples, total(cpu) / samples, total(network) / samples * MIB_A_DAY,
            {
                "cpu < 3": total(cpu < 3), "cpu <= 5": total(cpu <= 5), "cpu < 20": total(cpu < 20),
                "bmc": total((cpu < 5) & (disk < 100) & (network < 200)),
                "100 MHz": total(cpu / 100 * mhz < 100),
                "0.03 vCPU": total(cpu / 100 * cores < 0.03),
                "google network": total((received < 2000 / 1024) & (sent < 1000 / 1024)),
                "2 % sent": total(sent < 0.02 * GBIT_KIB_S),
            },
        )  # fmt: skip


Rule = Callable[[Counted], Flags]


def share(of: Counted, condition: str, days: int) -> Floats:
    """On what share of the samples of the last days a condition held."""
    return last(of.held[condition], days) / np.maximum(last(of.samples, days), 1)


def last(values: Floats, days: int) -> Floats:
    """The sum over the last days, up to each."""
    sums = np.concatenate(([0.0], np.cumsum(values)))
    ends = np.arange(1, len(values) + 1)
    summed: Floats = sums[ends] - sums[np.maximum(0, ends - days)]
    return summed


def on_days(good: Flags, seen: Flags, days: int) -> tuple[Floats, Floats]:
    """How many of the last days were seen, and how many of these were good."""
    return last(seen.astype(np.float64), days), last((good & seen).astype(np.float64), days)


def daily(of: Counted, cpu: float, mib: float, days: int, least: int | None = None) -> Flags:
    """Little CPU and network on all days seen of the last ones, or on so many of them."""
    with np.errstate(invalid="ignore"):
        seen, good = on_days((of.cpu <= cpu) & (of.network_mib < mib), of.samples > 0, days)
    return good >= least if least is not None else (seen > 0) & (good == seen)


def vmware(of: Counted) -> Flags:
    """Below 100 MHz on nine of ten samples of every day of the week."""
    seen, good = on_days(of.held["100 MHz"] >= 0.9 * of.samples, of.samples > 0, 7)
    return (seen > 0) & (good == seen)


def azure(of: Counted) -> Flags:
    """A week's CPU below 3 % at P95, the mean of each of the last three days at most 2 %, hardly anything sent."""
    with np.errstate(invalid="ignore"):
        seen, good = on_days(of.cpu <= 2, of.samples > 0, 3)
    return (share(of, "cpu < 3", 7) >= 0.95) & (good == seen) & (share(of, "2 % sent", 7) >= 0.95)


RULES: dict[str, Rule] = {
    "plain: CPU <= 5 %, network < 5 MB on every day": lambda of: daily(of, 5, 5, 30),
    "Oracle's CPU half: P95 < 20 %, 7 d": lambda of: share(of, "cpu < 20", 7) >= 0.95,
    "BMC: CPU < 5 %, disk < 100 KB/s, network < 200 KB/s on 95 %": lambda of: share(of, "bmc", 30) >= 0.95,
    "VMware-style: < 100 MHz on 90 % of every day": vmware,
    "AWS-like: CPU <= 10 %, network <= 5 MB on all of 14 d": lambda of: daily(of, 10, 5, 14),
    "AWS-like: ... on 4 of 14 d": lambda of: daily(of, 10, 5, 14, least=4),
    "Azure: P95 < 3 %, mean <= 2 %, 7 d": azure,
    "Google: < 0.03 vCPU on 97 %, hardly any network on 95 %, 14 d": lambda of: (
        (share(of, "0.03 vCPU", 14) >= 0.97) & (share(of, "google network", 14) >= 0.95)
    ),
    "CPU P95 <= 5 %, 30 d": lambda of: share(of, "cpu <= 5", 30) >= 0.95,
}
AGAIN_DAYS = 180
PLAIN_OFF_DAYS = 60


def replay(rule: str, of: Counted, since: int = 0) -> list[ReplayedCase]:
    """The cases of one machine; the campaign begins on day `since`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        flagged = RULES[rule](of)
        still = daily(of, 5, 5, PLAIN_OFF_DAYS) if rule.startswith("plain") else flagged
    begin = int(np.argmax(of.samples > 0))
    cases: list[ReplayedCase] = []
    asked: int | None = None
    ended = -AGAIN_DAYS
    for day in range(max(begin, since), len(flagged)):
        if not of.samples[day]:
            continue
        if asked is None:
            if flagged[day] and day - begin >= 30 and day - ended >= AGAIN_DAYS:
                asked = day
        elif not flagged[day]:
            cases.append(ReplayedCase(vm=of.name, asked_on=_on(of, asked), dismissed_on=_on(of, day)))
            asked, ended = None, day
        elif still[day] and day - begin >= 60 and day - asked >= 30:
            return [*cases, ReplayedCase(vm=of.name, asked_on=_on(of, asked), off_on=_on(of, day))]
    return [*cases, ReplayedCase(vm=of.name, asked_on=_on(of, asked))] if asked is not None else cases


def _on(of: Counted, day: int) -> date:
    return of.first + timedelta(days=day)
