"""The policy by which zombie systems (僵尸系统) are found and cleared: `policies/zombies/*.yaml`, one for all machines.

What the figures must keep to is in `FLOORS`: no policy, however it is written, clears faster than that.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from cloudctl.domain.purposes import Purpose
from cloudctl.domain.signals import SignRules

Text = dict[str, str]  # by locale: zh_CN and en


class Windows(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long is looked at, in days.

    A machine is judged from `least_age_days` on, and only while `least_coverage` (a share) of the last `window_days`
    was measured. Its owner is asked after `ask_after_idle_days` without use; it is switched off at the later of
    `off_after_idle_days` without use and `least_days_asked` after the question. One whose owner answered, or that
    dismissed itself, is asked again after `ask_again_after_days` at the earliest. `powered_off_days` is the rule for
    machines that are off anyhow.
    """

    least_age_days: int
    window_days: int
    least_coverage: float
    ask_after_idle_days: int
    off_after_idle_days: int
    least_days_asked: int
    ask_again_after_days: int
    powered_off_days: int


class Thresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is use: a day with more than any of these. Only what is measured is asked; CPU and network have to be.

    `cpu_percent` is the mean of the day, `network_mib` both ways in MiB a day; the counts are those of the day. A burst
    is use too: a sample of `burst_cpu_percent` on a day whose mean is `burst_cpu_points` above the usual one. And who
    still moves more than `quiet_network_mib` a day in the mean of the window is talked to by something.
    """

    cpu_percent: float
    network_mib: float
    quiet_network_mib: float
    burst_cpu_percent: float
    burst_cpu_points: float
    logins: int
    connections: int
    http_requests: int
    writes_by_people: int


class Rhythms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How what comes back after a while is told from what is dead.

    One waits `return_factor` times the longest time without use from which a machine came back, `longest_wait_days` at
    most. Use on `season_use_days` or more days within `season_most_days` is a season, and may come back after a year.
    Memory that stands above that of a week before on `growing_share` of the days is a process at work.
    """

    return_factor: float
    longest_wait_days: int
    season_use_days: int
    season_most_days: int
    growing_share: float


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How machines of a purpose are judged; None = as all others. Not `cleared`: reported, and nobody is asked."""

    cleared: bool
    off_after_idle_days: int | None = None
    cpu_percent: float | None = None
    network_mib: float | None = None


class ExemptionRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an owner may be exempted for: so many days at a time, renewed so many times."""

    most_days: int
    most_renewals: int


class Clock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long everybody has. Working days to answer, days for the rest; nothing of it is back-dated.

    Reminders go out when half of the time to answer has passed and daily in the last `reminder_last_days` working days.
    """

    answer_working_days: int
    answer_working_days_without_owner: int
    reminder_last_days: int
    quarantine_days: int
    backup_days: int
    most_snoozes: int
    snooze_most_days: int


class Caps(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many systems are nominated by a run at most, and switched off per day and department."""

    per_run: int
    per_department: int
    per_day: int


class Spell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many days that are alike, in a case beside a policy; without `samples` nothing is measured."""

    days: int
    cpu_percent: float = 1.0
    cpu_max: float = 2.0
    network_mib: float = 0.5
    memory_percent: float = 20.0
    memory_points_a_day: float = 0.0
    samples: int = 288


class End(StrEnum):
    """How far a replay comes with one machine."""

    NOTHING = "nothing"
    ASKED = "asked"
    DISMISSED = "dismissed"
    SWITCHED_OFF = "switched_off"


class ZombieCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case beside a policy: what becomes of a machine with these spells, `times` over, and of that purpose."""

    name: str
    spells: tuple[Spell, ...]
    ends: End
    times: int = 1
    purpose: Purpose | None = None


class ZombiePolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy. A purpose that has no profile is judged as all others."""

    name: str
    version: int
    title: Text
    windows: Windows
    thresholds: Thresholds
    rhythms: Rhythms
    purposes: dict[Purpose, Profile]
    exemptions: ExemptionRules
    clock: Clock
    caps: Caps
    signs: SignRules = SignRules()
    cases: tuple[ZombieCase, ...] = ()
