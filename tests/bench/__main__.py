"""Runs the parts that are named, all by default: each goes into docs/performance.md with its date."""

from __future__ import annotations

import sys
from importlib import import_module

from tests.bench import report

PARTS = (
    "cli",
    "lists",
    "sagas",
    "memory",
    "builds",
    "streams",
    "batches",
    "inventories",
    "register",
    "indicators",
    "waves",
    "telemetry",
    "zombies",
    "hosts",
    "runs",
    "apps",
    "verdicts",
)


def main(names: list[str]) -> int:
    """Exit code 1 when a part could not be measured; a goal that is missed is said, and is no failure of the bench."""
    for name in names or PARTS:
        print(f"measuring: {name}", flush=True)
        found = import_module(f"tests.bench.{name}").measure()
        print(report.table(found), flush=True)
        report.write(name, found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
