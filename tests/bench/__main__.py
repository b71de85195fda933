"""Runs the measures that are named, all by default; all of them also go into docs/performance.md."""

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
)


def main(names: list[str]) -> int:
    """Exit code 1 when a part could not be measured; a goal that is missed is said, and is no failure of the bench."""
    measures = []
    for name in names or PARTS:
        print(f"measuring: {name}", flush=True)
        found = import_module(f"tests.bench.{name}").measure()
        print(report.table(found), flush=True)
        measures += found
    if not names:
        report.write(measures)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
