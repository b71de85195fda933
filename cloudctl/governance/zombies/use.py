"""What is use on one day, and what is known of a machine's days so far.

    past = Past.of(policy, days, purpose)        # `days` up to today, oldest first
    past.add(day)                                # the next one

A `Past` holds nothing that comes later: whoever adds day by day decides as one who did not know the morrow.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise
from statistics import fmean, median

import msgspec

from cloudctl.domain.purposes import Purpose
from cloudctl.domain.zombies import Profile, Rhythms, Thresholds, ZombiePolicy
from cloudctl.governance.zombies.days import DayUse

COUNTS = ("logins", "connections", "http_requests", "writes_by_people")
MONTH = 30
WEEK = 7
PARTIAL = 1 / 24
"""A day with less than an hour of what a full one has is known too badly to be called idle."""
ALIKE = 0.6
"""A day with this share of the peak and of the work of another is like it, and the other way round."""
LEAST_WEEKS, WEEKLY = 3, 0.7
"""So many weeks show a habit, and so many of them are without what comes once a month."""
RESTART = 0.8
"""Memory that falls below this share of the day before: something was started anew."""


def profile_for(policy: ZombiePolicy, purpose: Purpose | None) -> Profile:
    """How machines of a purpose are judged; without one, as all others."""
    return policy.purposes.get(purpose or Purpose.ORDINARY, Profile(cleared=True))


def thresholds_for(policy: ZombiePolicy, purpose: Purpose | None) -> Thresholds:
    """What is use of machines of a purpose."""
    profile = profile_for(policy, purpose)
    own = {name: value for name in ("cpu_percent", "network_mib") if (value := getattr(profile, name)) is not None}
    return msgspec.structs.replace(policy.thresholds, **own) if own else policy.thresholds


def active(day: DayUse, thresholds: Thresholds) -> bool | None:
    """Whether a day is one of use; None when it was not measured. Use that was seen counts however little was."""
    if day.samples <= 0:
        return None
    if any((seen := getattr(day, name)) is not None and seen > getattr(thresholds, name) for name in COUNTS):
        return True
    if day.cpu_percent is None or day.network_mib is None:
        return None
    return day.cpu_percent > thresholds.cpu_percent or day.network_mib >= thresholds.network_mib


class Past:
    """A machine's days so far. Days are kept as ordinals; what is neither idle nor active is in none of the lists."""

    def __init__(self, thresholds: Thresholds, rhythms: Rhythms) -> None:
        self.thresholds, self.rhythms = thresholds, rhythms
        self.first: int | None = None
        self.measured: list[int] = []
        self.days: list[DayUse] = []  # the measured ones
        self.busy: list[int] = []
        self.bursts: list[int] = []  # places in `measured`
        self._known: dict[int, bool] = {}
        self._jobs: list[int] | None = None

    @classmethod
    def of(cls, policy: ZombiePolicy, days: Iterable[DayUse], purpose: Purpose | None = None) -> Past:
        """All of `days`, oldest first, as a machine of that purpose is judged."""
        past = cls(thresholds_for(policy, purpose), policy.rhythms)
        for day in days:
            past.add(day)
        return past

    def add(self, day: DayUse) -> None:
        """The next day. One without samples adds nothing."""
        use = active(day, self.thresholds)
        if use is None:
            return
        ordinal = day.day.toordinal()
        if self.first is None:
            self.first = ordinal
        if not use and day.samples < PARTIAL * max((one.samples for one in self.days[-MONTH:]), default=0):
            return
        if use:
            self.busy.append(ordinal)
        elif self._bursts(day):
            self.bursts.append(len(self.measured))
        self._jobs = None
        self.measured.append(ordinal)
        self.days.append(day)

    def _bursts(self, day: DayUse) -> bool:
        if day.cpu_max is None or day.cpu_percent is None or day.cpu_max < self.thresholds.burst_cpu_percent:
            return False
        usual = [one.cpu_percent for one in self.days[-MONTH:] if one.cpu_percent is not None]
        return day.cpu_percent >= (median(usual) if usual else 0.0) + self.thresholds.burst_cpu_points

    @property
    def used(self) -> list[int]:
        """The days of use: busy ones, and those with a burst."""
        return self._with([self.measured[place] for place in self.jobs])

    @property
    def returns(self) -> list[int]:
        """The days of use without bursts that stand alone: those make one wait, but nothing is expected after them."""
        jobs = self.jobs
        return self._with([self.measured[place] for place in jobs if any(self._alike(place, one) for one in jobs)])

    def _with(self, bursts: list[int]) -> list[int]:
        return sorted({*self.busy, *bursts}) if bursts else self.busy

    @property
    def jobs(self) -> list[int]:
        """The bursts, as places in `measured`, that are more than what the machine does on that day of every week."""
        if self._jobs is None:
            self._jobs = [place for place in self.bursts if not self._routine(place)]
        return self._jobs

    def _routine(self, place: int) -> bool:
        """Scans and the like: as much work on that weekday in most of the weeks around it, as far as they are known.

        Nothing of it enters or leaves the machine.
        """
        known = self._known.get(place)
        if known is not None:
            return known
        ordinal, burst = self.measured[place], self.days[place]
        begin, end = (bisect_right(self.measured, ordinal + far) for far in (-2 * MONTH, 2 * MONTH))
        same = sorted(
            self.days[other].cpu_percent or 0.0
            for other in range(begin, end)
            if other != place and (self.measured[other] - ordinal) % WEEK == 0
        )
        work = (burst.cpu_percent or 0.0) - self.thresholds.burst_cpu_points
        quiet = (burst.network_mib or 0.0) <= self.thresholds.quiet_network_mib
        found = quiet and len(same) >= LEAST_WEEKS and work < same[int(WEEKLY * len(same))]
        if self.measured[-1] >= ordinal + 2 * MONTH:
            self._known[place] = found
        return found

    def _alike(self, place: int, other: int) -> bool:
        """Whether two days, more than a week apart, have about the same peak and the same work."""
        if abs(self.measured[other] - self.measured[place]) <= WEEK:
            return False
        one, another = self.days[place], self.days[other]
        pairs = ((one.cpu_max or 0.0, another.cpu_max or 0.0), (one.cpu_percent or 0.0, another.cpu_percent or 0.0))
        return all(min(pair) >= ALIKE * max(pair) for pair in pairs)

    def idle_days(self, used: list[int]) -> int:
        """How many measured days there were since the last of these."""
        return len(self.measured) - (bisect_right(self.measured, used[-1]) if used else 0)

    def longest_return(self) -> int:
        """The longest time without use, in days, from which it came back."""
        returns = self.returns
        if not returns or self.first is None:
            return 0
        return max([returns[0] - self.first, *(later - sooner for sooner, later in pairwise(returns))])

    def covered(self, today: int, window_days: int) -> float:
        """The share, 0 to 1, of the last days up to today that was measured."""
        return (len(self.measured) - bisect_right(self.measured, today - window_days)) / window_days

    def talk_mib(self, window_days: int) -> float:
        """What was moved a day, in the mean of the last measured days."""
        moved = [day.network_mib for day in self.days[-window_days:] if day.network_mib is not None]
        return fmean(moved) if moved else 0.0

    def growing(self, window_days: int) -> bool:
        """Whether memory stands above that of a week before, day by day, but for restarts."""
        memory = [day.memory_percent for day in self.days[-window_days:] if day.memory_percent is not None]
        starts = [place for place in range(1, len(memory)) if memory[place] < RESTART * memory[place - 1]]
        pairs = [
            (memory[place - WEEK], memory[place])
            for place in range(WEEK, len(memory))
            if not any(place - WEEK < start <= place for start in starts)
        ]
        if len(pairs) < WEEK:
            return False
        return sum(after > before for before, after in pairs) >= self.rhythms.growing_share * len(pairs)
