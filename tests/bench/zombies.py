"""The shipped policy about zombies beside the rules of others: on 300 real machines, and on made-up ones whose truth is
known. All of them under the same rolling replay: no day sees the next, nobody answers.

Values are machines that were switched off wrongly; the raw figures have the rest. On the made-up estate "wrong" is a
look-alike that was switched off; its seed is drawn at run time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from time import process_time

import numpy as np
import pyarrow.parquet as pq

from cloudctl.domain.zombies import ZombiePolicy
from cloudctl.governance.zombies.days import DayUse
from cloudctl.governance.zombies.evaluation import Evaluation, evaluate
from cloudctl.governance.zombies.replays import replay
from cloudctl.policy import zombies
from cloudctl.policy.registry import shipped
from cloudctl.telemetry.files import read_days
from tests.bench import vendor_rules
from tests.bench.measures import Goal, Measure
from tests.bench.vendor_rules import Counted, counted
from tests.estates import KNOWN_DAYS, SMALL, Outcome, drawn, made, tried
from tests.populations import Machine
from tests.traces import bitbrains

COLUMNS = ("vm", "ts", "cores", "cpu_cap_mhz", "cpu_pct", "disk_r_kbs", "disk_w_kbs", "net_rx_kbs", "net_tx_kbs")
DAY_S = 86400
MADE_UP_CORES, MADE_UP_MHZ = 2.0, 4800.0


def measure() -> list[Measure]:
    """The table on the traces, and that on the made-up estate."""
    policy = zombies.load(shipped())[zombies.DEFAULT]
    traces = bitbrains()
    return [*(_on_traces(policy, traces) if traces else ()), *_on_made_up(policy)]


def _on_traces(policy: ZombiePolicy, path: Path) -> Iterator[Measure]:
    began = process_time()
    machines = read_days(path)
    read = process_time()
    found = evaluate(policy.name, machines, replay(policy, machines))
    ended = process_time()
    where = f"{found.vms} real servers, 92 days"
    yield Measure(f"{where}: wrongly switched off", "itself", found.switched_off_wrongly, Goal("<=", 1), _raw(found))
    yield Measure(f"{where}: rightly switched off", "itself", found.switched_off_rightly, Goal(">=", 22), "")
    yield Measure(f"{where}: asked in vain", "itself", found.asked_in_vain / found.asked, Goal("<=", 0.25), "")
    yield Measure(
        f"{where}: back-test, CPU time", "itself", ended - began, None,
        f"reading 7.4 M points {read - began:.1f} s, replay {ended - read:.2f} s", " s",
    )  # fmt: skip
    counts = list(_counted(path))
    for rule in vendor_rules.RULES:
        cases = [case for machine in counts for case in vendor_rules.replay(rule, machine)]
        other = evaluate(rule, machines, cases)
        yield Measure(f"{where}: wrongly switched off", rule, other.switched_off_wrongly, None, _raw(other))


def _raw(found: Evaluation) -> str:
    vain = found.asked_in_vain / found.asked if found.asked else 0.0
    return (
        f"asked {found.asked}, in vain {vain:.1%}, switched off {found.switched_off}, "
        f"rightly {found.switched_off_rightly}, unproven {found.switched_off_unproven}"
    )


def _counted(path: Path) -> Iterator[Counted]:
    """The points of each machine, doubles dropped."""
    table = pq.read_table(path, columns=list(COLUMNS))
    column = {name: table[name].to_numpy() for name in COLUMNS}
    at = column["ts"].astype("datetime64[s]").astype(np.int64)
    order = np.lexsort((at, column["vm"]))
    vm, at = column["vm"][order], at[order]
    fresh = np.concatenate(([True], (np.diff(vm) != 0) | (np.diff(at) != 0)))
    order, vm, at = order[fresh], vm[fresh], at[fresh]
    begins = np.flatnonzero(np.concatenate(([True], np.diff(vm) != 0)))
    for begin, end in zip(begins, [*begins[1:], len(vm)], strict=True):
        mine = {name: values[order[begin:end]].astype(np.float64) for name, values in column.items() if name != "ts"}
        day = at[begin:end] // DAY_S
        first = int(day.min())
        yield counted(
            str(vm[begin]), date.fromordinal(date(1970, 1, 1).toordinal() + first), day - first, mine["cpu_pct"],
            mine["disk_r_kbs"] + mine["disk_w_kbs"], mine["net_rx_kbs"], mine["net_tx_kbs"],
            cores=mine["cores"], mhz=mine["cpu_cap_mhz"],
        )  # fmt: skip


def _on_made_up(policy: ZombiePolicy) -> Iterator[Measure]:
    seed, counts = drawn(), list[Counted]()
    estate = made(seed, SMALL, lambda machine: counts.append(_of(machine)))
    where = f"{len(estate.days)} made-up servers, {len(estate.zombies)} zombies, seed {seed}"
    ours = tried(estate, _off(policy, estate.days, estate.since))
    yield Measure(f"{where}: look-alikes switched off", "itself", len(ours.wrong), Goal("<=", 0), _truth(ours))
    yield Measure(f"{where}: zombies found", "itself", ours.recall, Goal(">=", 0.9), "")
    for rule in vendor_rules.RULES:
        cases = [case for machine in counts for case in vendor_rules.replay(rule, machine, KNOWN_DAYS)]
        other = tried(estate, {case.vm for case in cases if case.off_on})
        yield Measure(f"{where}: look-alikes switched off", rule, len(other.wrong), None, _truth(other))


def _off(policy: ZombiePolicy, days: Mapping[str, Sequence[DayUse]], since: date) -> set[str]:
    return {case.vm for case in replay(policy, days, since=since) if case.off_on}


def _truth(found: Outcome) -> str:
    return f"recall {found.recall:.3f}, {found.found} of {found.zombies} zombies"


def _of(machine: Machine) -> Counted:
    there = ~np.isnan(machine.cpu)
    day = np.broadcast_to(np.arange(machine.days)[:, None], machine.cpu.shape)[there]
    cpu, read, written, received, sent = (
        values[there].astype(np.float64)
        for values in (machine.cpu, machine.disk_read, machine.disk_write, machine.received, machine.sent)
    )
    return counted(
        machine.name, machine.first, day, cpu, read + written, received, sent, cores=MADE_UP_CORES, mhz=MADE_UP_MHZ
    )
