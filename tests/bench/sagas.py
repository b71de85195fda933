"""Sagas of five trivial steps a second: through cloudctl's engine, and with DBOS alone, on the same database kind."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from tests.bench.measures import Clock, Goal, Measure, Rounds

SAGAS = 200


def measure() -> list[Measure]:
    """The engine's ratio; each round is a process of its own, because an engine is launched once a process."""
    rounds = Rounds()
    rounds.run({"cloudctl": _run("cloudctl"), "dbos": _run("dbos")})
    rate = {name: SAGAS / rounds.wall(name) for name in rounds.results}
    raw = ", ".join(f"{name} {rate[name]:.1f}/s, {1000 * rounds.cpu(name) / SAGAS:.1f} ms CPU each" for name in rate)
    return [Measure("sagas of five trivial steps a second", "DBOS alone", rate["cloudctl"] / rate["dbos"],
                    Goal(">=", 0.9), raw)]  # fmt: skip


def _run(kind: str) -> Callable[[], Clock]:
    def run() -> Clock:
        command = [sys.executable, "-m", "tests.bench.saga_rounds", kind, str(SAGAS)]
        wall, cpu = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-2:]
        return Clock(wall_s=float(wall), cpu_s=float(cpu))

    return run
