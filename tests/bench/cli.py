"""CPU of whole command-line processes: `cloudctl --help` against an empty Python, `servers list` against OpenStack's.

Both clients list the servers of the same OpenStack: cloudctl through its own server, openstack directly.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from tests.bench.installations import on_openstack
from tests.bench.measures import Clock, Goal, Measure, Rounds
from tests.lab import openstack as lab_cloud

ROUNDS = 11


def measure() -> list[Measure]:
    """The command line's ratios."""
    lab = lab_cloud.ensure_up()
    scripts = Path(sys.executable).parent
    with on_openstack(lab) as installation:
        installation.deliver(servers=3)
        ours = {"CLOUDCTL_URL": installation.url, "CLOUDCTL_TOKEN": installation.tokens["officer"]}
        rounds = Rounds()
        rounds.run(
            {
                "python": _run([sys.executable, "-c", "pass"]),
                "help": _run([str(scripts / "cloudctl"), "--help"]),
                "ours": _run([str(scripts / "cloudctl"), "servers", "list"], ours),
                "openstack": _run([str(scripts / "openstack"), "server", "list", "--all-projects"], lab.environment()),
            },
            ROUNDS,
        )
    raw = ", ".join(f"{name} {1000 * rounds.cpu(name):.0f} ms" for name in rounds.results)
    return [
        Measure("CPU of cloudctl --help", "python -c pass", rounds.cpu("help") / rounds.cpu("python"),
                Goal("<=", 6), raw),
        Measure("CPU of cloudctl servers list", "openstack server list, same cloud",
                rounds.cpu("ours") / rounds.cpu("openstack"), Goal("<=", round(1 / 12, 4)), raw),
    ]  # fmt: skip


def _run(command: list[str], env: dict[str, str] | None = None) -> Callable[[], Clock]:
    """One process from start to end; its CPU is the difference of this process's children."""

    def run() -> Clock:
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), monotonic()
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, **(env or {})})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Clock(wall_s=monotonic() - began, cpu_s=cpu)

    return run
