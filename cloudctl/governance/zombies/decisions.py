"""What a policy says of one machine on one day: the rule that the back-test replays and the campaign's clock asks.

    decision = decide(policy, Past.of(policy, days, purpose), today, asked_on=case.notified_on)

It sees the days that are in `past` and no other, and holds no state: the same past gives the same decision. Utilisation
asks; to switch off takes two months, silence on the network, and nothing that speaks for a return.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from math import ceil
from typing import NamedTuple

import msgspec

from cloudctl.domain.purposes import Purpose
from cloudctl.domain.signals import Sentence
from cloudctl.domain.zombies import ZombiePolicy
from cloudctl.governance.zombies.inference import season
from cloudctl.governance.zombies.use import MONTH, Past, profile_for
from cloudctl.messages import mark

FEW_DAYS = mark("{idle} measured days without use, of {wanted}.")


class Step(StrEnum):
    """What the policy would have done today."""

    NOTHING = "nothing"
    ASK = "ask"
    WAIT = "wait"  # asked, and not yet time
    DISMISS = "dismiss"
    SWITCH_OFF = "switch_off"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """A step and why. `needed_days` is how many days without use are waited for before it is switched off."""

    step: Step
    sentence: Sentence
    idle_days: int = 0
    needed_days: int = 0
    last_used_on: date | None = None


class Waiting(NamedTuple):
    """Where a case stands: measured days without use, how many it takes to switch off, and to take the next step."""

    idle: int
    needed: int
    wanted: int
    asked_on: date | None
    ended_on: date | None


def decide(
    policy: ZombiePolicy,
    past: Past,
    today: date,
    *,
    asked_on: date | None = None,
    ended_on: date | None = None,
    purpose: Purpose | None = None,
) -> Decision:
    """The step of `today`.

    `past` holds the days up to today. `asked_on` is when the owner of a running case was asked, `ended_on` when the
    last case ended; `purpose` is the declared one, None when nobody has declared any.
    """
    windows = policy.windows
    if asked_on is None and (idle := past.idle_days(past.busy)) < windows.ask_after_idle_days:
        return _too_soon(policy, past, idle)
    used = past.used
    last = date.fromordinal(used[-1]) if used else None
    if asked_on is not None and last is not None and last > asked_on:
        sentence = Sentence(mark("It was used on {day}: the case dismisses itself."), {"day": str(last)})
        return Decision(step=Step.DISMISS, sentence=sentence, last_used_on=last)
    idle, needed = past.idle_days(used), needed_days(policy, past, purpose)
    sooner = windows.off_after_idle_days - windows.ask_after_idle_days
    wanted = needed - sooner if asked_on is None else needed
    objection = next(_objections(policy, past, today, Waiting(idle, needed, wanted, asked_on, ended_on), purpose), None)
    if objection is not None:
        step = Step.NOTHING if asked_on is None else Step.WAIT
        return Decision(step=step, sentence=objection, idle_days=idle, needed_days=needed, last_used_on=last)
    sentence = Sentence(
        mark("No use on {idle} measured days, and {mib} MiB a day on the network."),
        {"idle": idle, "mib": round(past.talk_mib(windows.window_days), 1)},
    )
    step = Step.ASK if asked_on is None else Step.SWITCH_OFF
    return Decision(step=step, sentence=sentence, idle_days=idle, needed_days=needed, last_used_on=last)


def _too_soon(policy: ZombiePolicy, past: Past, idle: int) -> Decision:
    """Most machines on most days: used only lately."""
    wanted = policy.windows.ask_after_idle_days
    return Decision(
        step=Step.NOTHING,
        sentence=Sentence(FEW_DAYS, {"idle": idle, "wanted": wanted}),
        idle_days=idle,
        needed_days=policy.windows.off_after_idle_days,
        last_used_on=date.fromordinal(past.busy[-1]) if past.busy else None,
    )


def needed_days(policy: ZombiePolicy, past: Past, purpose: Purpose | None) -> int:
    """How many days without use it takes: the policy's, its purpose's, or those after which it came back before."""
    rhythms = policy.rhythms
    needed = max(policy.windows.off_after_idle_days, profile_for(policy, purpose).off_after_idle_days or 0)
    return max(needed, min(rhythms.longest_wait_days, ceil(rhythms.return_factor * past.longest_return())))


def _objections(
    policy: ZombiePolicy,
    past: Past,
    today: date,
    waiting: Waiting,
    purpose: Purpose | None,
) -> Iterator[Sentence]:
    """What speaks against the next step, the plainest first."""
    windows, now = policy.windows, today.toordinal()
    idle, needed, wanted, asked_on, ended_on = waiting
    if idle < wanted:
        yield Sentence(FEW_DAYS, {"idle": idle, "wanted": wanted})
    age = now - past.first if past.first is not None else 0
    least = windows.least_age_days if asked_on is None else windows.off_after_idle_days
    if age < least:
        yield Sentence(mark("Known for {age} days, of {least}."), {"age": age, "least": least})
    covered = past.covered(now, windows.window_days)
    if covered < windows.least_coverage:
        yield Sentence(
            mark("Only {percent} % of the last {days} days were measured: no data is not idle."),
            {"percent": round(100 * covered), "days": windows.window_days},
        )
    if not profile_for(policy, purpose).cleared:
        yield Sentence(mark("Its purpose is reported and not cleared."))
    talk = past.talk_mib(windows.window_days)
    if talk > past.thresholds.quiet_network_mib:
        yield Sentence(
            mark("{mib} MiB a day on the network, more than {quiet}: something still talks to it."),
            {"mib": round(talk, 1), "quiet": f"{past.thresholds.quiet_network_mib:g}"},
        )
    last = season(past)
    year = profile_for(policy, Purpose.SEASONAL).off_after_idle_days or policy.rhythms.longest_wait_days
    if last is not None and purpose in {None, Purpose.SEASONAL} and now - last.end < year - (needed - wanted):
        yield Sentence(
            mark("Its last season, of {days} days, ended on {day}: it may come back until {until}."),
            {
                "days": last.length,
                "day": str(date.fromordinal(last.end)),
                "until": str(date.fromordinal(last.end + year)),
            },
        )
    if past.growing(MONTH):
        yield Sentence(mark("Its memory grows from week to week: a process is at work."))
    if asked_on is not None and (today - asked_on).days < windows.least_days_asked:
        yield Sentence(
            mark("Asked {days} days ago, of {least}."),
            {"days": (today - asked_on).days, "least": windows.least_days_asked},
        )
    if asked_on is None and ended_on is not None and (today - ended_on).days < windows.ask_again_after_days:
        yield Sentence(
            mark("The last case ended {days} days ago; it is asked again after {least}."),
            {"days": (today - ended_on).days, "least": windows.ask_again_after_days},
        )
