"""Machines that were made up, with the truth about each: zombies, their look-alikes, and machines in ordinary use.

    machines = population(seed, counts, days=550, first=date(2025, 3, 1))      # one at a time

It is written from what such machines do, and knows no rule by which anybody judges them. Points are five minutes apart;
what was not measured is NaN. Every machine has noise of its own, nightly housekeeping, and gaps; some have a weekly
scan or monthly patches. All that is random comes from the seed.

What is assumed of the world: who needs a machine can always be seen to come back within the time that is generated,
but not always early in it. Background traffic is what a segment's broadcasts, NTP and DHCP make: most segments are
silent, some chatter up to a few MiB a day. A job that a machine is kept for runs for half an hour or longer. Zombies
are unpatched for the most part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from zlib import crc32

import numpy as np
import numpy.typing as npt

SLOTS = 288
STEP_S = 300
MIB_A_DAY = 1024 / 86400  # of one KiB/s
Floats = npt.NDArray[np.float32]
Dice = np.random.Generator


@dataclass
class Machine:
    """A machine's points as days x 288; `zombie` is the truth, `kind` why. CPU in %, memory in %, the rest in KiB/s."""

    name: str
    kind: str
    zombie: bool
    first: date
    cpu: Floats
    memory: Floats
    disk_read: Floats
    disk_write: Floats
    received: Floats
    sent: Floats
    seasons: list[tuple[date, date]] = field(default_factory=list)

    @property
    def days(self) -> int:
        """How many days it has."""
        return len(self.cpu)

    def weekdays(self) -> npt.NDArray[np.bool_]:
        """Which of its days are Monday to Friday."""
        start = self.first.weekday()
        return np.array([(start + day) % 7 < 5 for day in range(self.days)])


def population(seed: int, counts: Mapping[str, int], *, days: int, first: date) -> Iterator[Machine]:
    """So many machines of each kind of KINDS, the same for the same arguments."""
    for kind, count in counts.items():
        for number in range(count):
            dice = np.random.default_rng([seed, crc32(kind.encode()), number])
            zombie, live = KINDS[kind]
            machine = _resting(f"{kind}-{number:03d}", kind, zombie, dice, days, first)
            live(machine, dice)
            _lose(machine, dice)
            yield machine


def _resting(name: str, kind: str, zombie: bool, dice: Dice, days: int, first: date) -> Machine:
    """An operating system that nobody uses."""
    shape = (days, SLOTS)
    cpu = _noise(dice, shape, dice.uniform(0.05, 0.8))
    memory = dice.standard_normal(shape, np.float32) * np.float32(0.4) + np.float32(dice.uniform(2, 45))
    chatter_mib = dice.lognormal(np.log(0.05), 0.8) if dice.random() < 0.7 else dice.lognormal(np.log(1.2), 0.6)
    received = _noise(dice, shape, chatter_mib * MIB_A_DAY)
    sent = received * np.float32(dice.uniform(0.02, 0.3))
    written = _noise(dice, shape, dice.uniform(0.1, 2))
    read = _noise(dice, shape, dice.uniform(0.02, 0.8))
    machine = Machine(name, kind, zombie, first, cpu, memory, read, written, received, sent)
    night = int(dice.integers(0, 60))
    machine.cpu[:, night : night + 2] += dice.uniform(0.5, 8)
    machine.disk_write[:, night : night + 2] += dice.uniform(10, 400)
    if dice.random() < 0.2:  # a scan once a week
        length = int(dice.integers(3, 12))
        for day in range(int(dice.integers(0, 7)), days, 7):
            _work(machine, day, night, length, dice.uniform(15, 60), read=dice.uniform(200, 3000))
    if dice.random() < (0.15 if zombie else 0.5):  # patches once a month
        for day in range(int(dice.integers(0, 30)), days, 30):
            _work(machine, day, int(dice.integers(0, 250)), int(dice.integers(1, 3)), dice.uniform(20, 80),
                  written=dice.uniform(100, 2000), received=dice.uniform(5, 60))  # fmt: skip
    return machine


def _noise(dice: Dice, shape: tuple[int, int], mean: float) -> Floats:
    return dice.standard_exponential(shape, np.float32) * np.float32(mean)


def _flow(dice: Dice, machine: Machine, kib_s: float, steadiness: float) -> Floats:
    """A stream that never stops; the higher its steadiness, the less it varies."""
    noise: Floats = dice.standard_gamma(steadiness, machine.cpu.shape, np.float32) * np.float32(kib_s / steadiness)
    return noise


def _work(
    machine: Machine, day: int, slot: int, length: int, cpu: float, *, read: float = 0, written: float = 0,
    received: float = 0, sent: float = 0,
) -> None:  # fmt: skip
    """So many slots of work on one day."""
    if not 0 <= day < machine.days:
        return
    span = slice(slot, min(SLOTS, slot + length))
    machine.cpu[day, span] = np.minimum(100, machine.cpu[day, span] + cpu)
    machine.disk_read[day, span] += read
    machine.disk_write[day, span] += written
    machine.received[day, span] += received
    machine.sent[day, span] += sent


def _people(
    machine: Machine, dice: Dice, days: npt.NDArray[np.bool_], mib: float, cpu: float, memory: float = 8
) -> None:
    """Users in office hours on these days: about so many MiB and so much CPU in the mean of those hours."""
    hours = np.zeros(SLOTS, np.float32)
    hours[100:216] = 1  # 8:20 to 18:00
    hours[144:168] = 0.5
    chosen = np.flatnonzero(days)
    strength = dice.lognormal(0, 0.35, (len(chosen), 1)) * hours * dice.gamma(1.5, 1 / 1.5, (len(chosen), SLOTS))
    per_slot = mib * 1024 / (hours.sum() * STEP_S)
    machine.cpu[chosen] = np.minimum(100, machine.cpu[chosen] + cpu * strength)
    machine.received[chosen] += (0.3 * per_slot * strength).astype(np.float32)
    machine.sent[chosen] += (0.7 * per_slot * strength).astype(np.float32)
    machine.disk_write[chosen] += (20 * strength).astype(np.float32)
    machine.memory[chosen] += (memory * hours).astype(np.float32)


def _office_days(machine: Machine, dice: Dice, begin: int, end: int) -> npt.NDArray[np.bool_]:
    """The working days of a span, but for a long holiday now and then and some days off."""
    at_work = machine.weekdays() & (dice.random(machine.days) > 0.04)
    for _holiday in range(2):
        start = int(dice.integers(0, machine.days))
        at_work[start : start + int(dice.integers(5, 10))] = False
    place = np.arange(machine.days)
    return at_work & (place >= begin) & (place < end)


def _never_used(machine: Machine, dice: Dice) -> None:
    """Ordered and never used, or dead for longer than anybody remembers."""


def _abandoned(machine: Machine, dice: Dice) -> None:
    """Used for years, and then no more."""
    end = int(dice.integers(40, machine.days * 0.6))
    _people(machine, dice, _office_days(machine, dice, 0, end), dice.uniform(80, 1500), dice.uniform(3, 20))


def _tried_out(machine: Machine, dice: Dice) -> None:
    """A trial, and forgotten."""
    begin = int(dice.integers(0, machine.days * 0.25))
    end = begin + int(dice.integers(3, 25))
    _people(machine, dice, _office_days(machine, dice, begin, end), dice.uniform(80, 600), dice.uniform(3, 20))


def _job_ended(machine: Machine, dice: Dice) -> None:
    """A monthly job that was taken off."""
    _jobs(machine, dice, until=int(dice.integers(90, machine.days * 0.6)))


def _monthly_cron(machine: Machine, dice: Dice) -> None:
    """One job on a day of the month; it has failed to start once in a while."""
    _jobs(machine, dice, until=machine.days)


def _jobs(machine: Machine, dice: Dice, until: int) -> None:
    on, slot, length = int(dice.integers(1, 29)), int(dice.integers(0, 200)), int(dice.integers(6, 48))
    cpu, read, written = dice.uniform(40, 95), dice.uniform(500, 8000), dice.uniform(100, 4000)
    sent = dice.uniform(2, 100)
    skipped = int(dice.integers(0, 60))
    turn = 0
    for day in range(until):
        if (machine.first + timedelta(days=day)).day == on:
            turn += 1
            if turn != skipped:
                _work(machine, day, slot, length, cpu, read=read, written=written, sent=sent)


def _standby(machine: Machine, dice: Dice) -> None:
    """Heartbeats, the partner's state kept warm, a drill twice a year."""
    beat = dice.uniform(10, 80) * MIB_A_DAY / 2
    machine.received += _flow(dice, machine, beat, 40)
    machine.sent += _flow(dice, machine, beat, 40)
    machine.memory += dice.uniform(10, 40)
    machine.cpu += dice.uniform(0.2, 1.5)
    for day in range(int(dice.integers(0, 180)), machine.days, int(dice.integers(170, 190))):
        _work(machine, day, 120, 60, dice.uniform(10, 50), sent=dice.uniform(20, 300))


def _year_end(machine: Machine, dice: Dice) -> None:
    """Closing of the year: some weeks around New Year, nothing in between."""
    begin, length = int(dice.integers(-22, -6)), int(dice.integers(14, 36))
    mib, cpu = dice.uniform(100, 2000), dice.uniform(4, 25)
    for year in range(machine.first.year, machine.first.year + 4):
        start = date(year, 1, 1) + timedelta(days=begin + int(dice.integers(-2, 3)))
        _season(machine, dice, start, length, mib, cpu)


def _seasonal(machine: Machine, dice: Dice) -> None:
    """Registration: once a year, or in spring and in autumn."""
    day, length = int(dice.integers(0, 365)), int(dice.integers(15, 45))
    mib, cpu = dice.uniform(200, 5000), dice.uniform(5, 40)
    twice = dice.random() < 0.3
    for year in range(machine.first.year - 1, machine.first.year + 4):
        start = date(year, 1, 1) + timedelta(days=day + int(dice.integers(-4, 5)))
        _season(machine, dice, start, length, mib, cpu)
        if twice:
            _season(machine, dice, start + timedelta(days=183), length, mib, cpu)


def _season(machine: Machine, dice: Dice, start: date, length: int, mib: float, cpu: float) -> None:
    begin = (start - machine.first).days
    if begin < machine.days and begin + length > 0:
        _people(machine, dice, _office_days(machine, dice, begin, begin + length), mib, cpu)
        machine.seasons.append((start, start + timedelta(days=length)))


def _monitored(machine: Machine, dice: Dice) -> None:
    """A probe: it polls others at every step, and that is all it does."""
    poll = dice.uniform(6, 60) * MIB_A_DAY
    share = dice.uniform(0.5, 0.9)
    machine.received += _flow(dice, machine, poll * share, 25)
    machine.sent += _flow(dice, machine, poll * (1 - share), 25)
    machine.cpu += dice.uniform(0.2, 2)


def _slow_leak(machine: Machine, dice: Dice) -> None:
    """A service that few call, and that leaks; it is started anew when memory is full."""
    level, rate = dice.uniform(10, 40), dice.uniform(0.12, 0.8)
    full = dice.uniform(60, 92)
    for day in range(machine.days):
        machine.memory[day] = level + np.linspace(0, rate, SLOTS) + dice.normal(0, 0.3, SLOTS)
        level += rate * dice.lognormal(0, 0.3)
        if level > full:
            level = dice.uniform(10, 30)
    calls = np.zeros(machine.days, bool)
    calls[dice.random(machine.days) < 0.4] = True
    _people(machine, dice, machine.weekdays() & calls, dice.uniform(1, 12), dice.uniform(0.2, 2), memory=1)


def _build_host(machine: Machine, dice: Dice) -> None:
    """Builds when somebody has written something."""
    day = float(dice.integers(0, 10))
    pace = dice.uniform(2, 12)
    while day < machine.days:
        for _build in range(int(dice.integers(1, 6))):
            _work(machine, int(day), int(dice.integers(96, 220)), int(dice.integers(4, 24)), dice.uniform(50, 99),
                  read=dice.uniform(200, 4000), written=dice.uniform(500, 8000),
                  received=dice.uniform(20, 400))  # fmt: skip
        day += 1 + dice.exponential(pace)


def _replica(machine: Machine, dice: Dice) -> None:
    """A database's stream: with the weeks of its source."""
    stream = dice.uniform(15, 400) * MIB_A_DAY
    week = np.where(machine.weekdays(), 1.0, dice.uniform(0.3, 0.9))[:, None]
    flow = _flow(dice, machine, stream, 8) * week.astype(np.float32)
    machine.received += flow
    machine.sent += flow * np.float32(0.03)
    machine.disk_write += flow * np.float32(dice.uniform(1, 3))
    machine.cpu += dice.uniform(0.3, 3)


def _ordinary(machine: Machine, dice: Dice) -> None:
    """In use on working days, much or little."""
    _people(machine, dice, _office_days(machine, dice, 0, machine.days), dice.lognormal(6, 1.2), dice.uniform(1, 40))


def _lose(machine: Machine, dice: Dice) -> None:
    """Points that were not measured: single ones, hours, some days."""
    lost = dice.random(machine.cpu.shape, np.float32) < 0.004
    for _outage in range(int(dice.integers(1, 6))):
        start = int(dice.integers(0, machine.days * SLOTS))
        lost.reshape(-1)[start : start + int(dice.choice((12, 60, 288, 4 * 288)) * dice.uniform(0.5, 1.5))] = True
    for values in (
        machine.cpu, machine.memory, machine.disk_read, machine.disk_write, machine.received, machine.sent,
    ):  # fmt: skip
        values[lost] = np.nan


Live = Callable[[Machine, Dice], None]
KINDS: dict[str, tuple[bool, Live]] = {
    "never-used": (True, _never_used),
    "abandoned": (True, _abandoned),
    "tried-out": (True, _tried_out),
    "job-ended": (True, _job_ended),
    "monthly-cron": (False, _monthly_cron),
    "standby": (False, _standby),
    "year-end": (False, _year_end),
    "monitored": (False, _monitored),
    "slow-leak": (False, _slow_leak),
    "build-host": (False, _build_host),
    "replica": (False, _replica),
    "seasonal": (False, _seasonal),
    "ordinary": (False, _ordinary),
}
"""By kind: whether it is a zombie, and how it lives."""
ZOMBIES = tuple(kind for kind, (zombie, _live) in KINDS.items() if zombie)
LOOK_ALIKES = tuple(kind for kind, (zombie, _live) in KINDS.items() if not zombie and kind != "ordinary")
