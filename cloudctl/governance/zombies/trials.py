"""The cases beside a policy: what becomes of made-up machines, `run_cases(policy)`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from cloudctl.domain.zombies import End, Spell, ZombieCase, ZombiePolicy
from cloudctl.governance.zombies.days import DayUse
from cloudctl.governance.zombies.replays import replay

FIRST = date(2026, 1, 5)


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """How one case went."""

    case: ZombieCase
    ended: End

    @property
    def passed(self) -> bool:
        """It ended as the policy's writer says."""
        return self.ended is self.case.ends


def run_cases(policy: ZombiePolicy) -> Iterator[Trial]:
    """Every case beside the policy, in their order."""
    for case in policy.cases:
        machines = {case.name: list(_days(case))}
        found = replay(policy, machines, purposes={case.name: case.purpose} if case.purpose else None)
        yield Trial(case=case, ended=_end(found[-1].off_on, found[-1].dismissed_on) if found else End.NOTHING)


def _end(off_on: date | None, dismissed_on: date | None) -> End:
    if off_on is not None:
        return End.SWITCHED_OFF
    return End.ASKED if dismissed_on is None else End.DISMISSED


def _days(case: ZombieCase) -> Iterator[DayUse]:
    day = FIRST
    for spell in case.spells * case.times:
        for number in range(spell.days):
            yield _day(spell, day, number)
            day += timedelta(days=1)


def _day(spell: Spell, day: date, number: int) -> DayUse:
    if not spell.samples:
        return DayUse(day=day)
    return DayUse(
        day=day,
        samples=spell.samples,
        cpu_percent=spell.cpu_percent,
        cpu_p95=spell.cpu_max,
        cpu_max=spell.cpu_max,
        memory_percent=spell.memory_percent + number * spell.memory_points_a_day,
        disk_mib=1.0,
        network_mib=spell.network_mib,
    )
