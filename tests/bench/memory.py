"""Memory of serve with its worker, 60 s after one delivered order on the simulated cloud: proportional set size."""

from __future__ import annotations

import time

import psutil

from tests.bench.installations import on_simulated
from tests.bench.measures import Goal, Measure

REST_S = 60


def measure() -> list[Measure]:
    """One figure: PSS counts each shared page once, divided among those that share it."""
    with on_simulated() as installation:
        installation.deliver(servers=2)
        time.sleep(REST_S)
        process = psutil.Process(installation.pid)
        mib = sum(one.memory_full_info().pss for one in [process, *process.children(recursive=True)]) / 2**20
    name = "memory 60 s after an order (PSS of serve and worker)"
    return [Measure(name, "-", mib, Goal("<=", 250), "one process", " MiB")]
