"""A policy replayed over past days, as if it had run then: nobody answers, and no day sees the next one.

What came of it is told by `evaluation`, which shares nothing with this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from cloudctl.domain.purposes import Purpose
from cloudctl.domain.zombies import ZombiePolicy
from cloudctl.governance.zombies.days import DayUse
from cloudctl.governance.zombies.decisions import Step, decide
from cloudctl.governance.zombies.use import Past, thresholds_for


class ReplayedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it would have been. None: it did not come to that."""

    vm: str
    asked_on: date
    dismissed_on: date | None = None
    off_on: date | None = None


def replay(
    policy: ZombiePolicy,
    machines: Mapping[str, Sequence[DayUse]],
    *,
    since: date | None = None,
    purposes: Mapping[str, Purpose] | None = None,
) -> list[ReplayedCase]:
    """The cases of all machines, by name and day. With `since` the campaign begins then; what was before is known."""
    purposes = purposes or {}
    return [
        case
        for vm, days in sorted(machines.items())
        for case in _cases(policy, vm, days, since or date.min, purposes.get(vm))
    ]


def _cases(
    policy: ZombiePolicy, vm: str, days: Sequence[DayUse], since: date, purpose: Purpose | None
) -> list[ReplayedCase]:
    past = Past(thresholds_for(policy, purpose), policy.rhythms)
    cases: list[ReplayedCase] = []
    asked_on: date | None = None
    ended_on: date | None = None
    for day in days:
        past.add(day)
        if day.day < since or day.samples <= 0:
            continue
        decision = decide(policy, past, day.day, asked_on=asked_on, ended_on=ended_on, purpose=purpose)
        if decision.step is Step.ASK:
            asked_on = day.day
        elif decision.step is Step.DISMISS and asked_on is not None:
            cases.append(ReplayedCase(vm=vm, asked_on=asked_on, dismissed_on=day.day))
            asked_on, ended_on = None, day.day
        elif decision.step is Step.SWITCH_OFF and asked_on is not None:
            return [*cases, ReplayedCase(vm=vm, asked_on=asked_on, off_on=day.day)]
    return [*cases, ReplayedCase(vm=vm, asked_on=asked_on)] if asked_on is not None else cases
