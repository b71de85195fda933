"""What came of a replay, told by what happened afterwards. The judge knows neither the policy nor its thresholds.

The definitions are fixed: a UTC day is active when its CPU was above 5 % in the mean, or 50 MiB or more were moved; a
day without samples is neither idle nor active. Asked in vain: active on any day after the question. Wrongly switched
off: active on any day after it. Rightly: not wrongly, and seen on 14 days after it at least; else unproven.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from cloudctl.governance.zombies.days import DayUse
from cloudctl.governance.zombies.replays import ReplayedCase

ACTIVE_CPU_PERCENT = 5.0
ACTIVE_NETWORK_MIB = 50.0
PROVEN_DAYS = 14


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a replay; `asked` counts questions, one a case."""

    policy: str
    vms: int
    asked: int
    asked_in_vain: int
    switched_off: int
    switched_off_wrongly: int
    switched_off_unproven: int
    cases: tuple[ReplayedCase, ...]

    @property
    def switched_off_rightly(self) -> int:
        """Those that stayed without use for as long as proves it."""
        return self.switched_off - self.switched_off_wrongly - self.switched_off_unproven


def evaluate(policy: str, machines: Mapping[str, Sequence[DayUse]], cases: Sequence[ReplayedCase]) -> Evaluation:
    """The figures of these cases of these machines."""
    in_vain = [case for case in cases if active_after(machines[case.vm], case.asked_on)]
    off = [(case, case.off_on) for case in cases if case.off_on is not None]
    wrongly = [case for case, day in off if active_after(machines[case.vm], day)]
    unproven = [case for case, day in off if case not in wrongly and seen_after(machines[case.vm], day) < PROVEN_DAYS]
    return Evaluation(
        policy=policy,
        vms=len(machines),
        asked=len(cases),
        asked_in_vain=len(in_vain),
        switched_off=len(off),
        switched_off_wrongly=len(wrongly),
        switched_off_unproven=len(unproven),
        cases=tuple(cases),
    )


def active_after(days: Sequence[DayUse], when: date) -> bool:
    """Whether it was active on any later day."""
    return returned_on(days, when) is not None


def returned_on(days: Sequence[DayUse], when: date) -> date | None:
    """The first later day on which it was active."""
    return next((day.day for day in days if day.day > when and _active(day)), None)


def _active(day: DayUse) -> bool:
    return day.samples > 0 and (
        (day.cpu_percent or 0.0) > ACTIVE_CPU_PERCENT or (day.network_mib or 0.0) >= ACTIVE_NETWORK_MIB
    )


def seen_after(days: Sequence[DayUse], when: date) -> int:
    """On how many later days there were samples."""
    return sum(day.day > when and day.samples > 0 for day in days)
