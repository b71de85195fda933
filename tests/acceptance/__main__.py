"""What the gate has no time for: `python -m tests.acceptance [PART ...]`.

Every part is a pytest run of its own. What waits for clouds and hosts is played beside what needs the processor, each
of them one part after the other; a part's words are printed when it has ended. It fails when a test fails, when one is
skipped or expected to fail, and when a part has no test at all. At the end stands one table in Markdown, to be pasted
into a note.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[2]
NOT_PASSED = ("failure", "error", "skipped")  # pytest reports what was expected to fail as skipped
CORES = os.cpu_count() or 1
SIDE_BY_SIDE = ("-n", str(CORES))  # for tests that share nothing but their processor
OVERLAPPING = ("-n", str(2 * CORES))  # and that wait for half of their time
ZOMBIES = (
    *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("tests/faults/test_zombies*.py")),
    *(f"tests/unit/services/test_{name}.py" for name in ("campaigns", "clearings", "readings", "usage", "zombies")),
    "tests/unit/services/test_zombie_exemptions.py",
    "tests/unit/domain/test_clearings.py",
    "tests/unit/governance/zombies/test_decisions.py",
    "tests/unit/governance/zombies/test_verdicts.py",
    "tests/unit/telemetry/test_clouds.py",
    "tests/unit/telemetry/test_prometheus.py",
    "tests/unit/telemetry/test_readings.py",
    "tests/unit/telemetry/test_scans.py",
)
"""Where the faults of clearing zombie systems are injected: of machines, of people, of telemetry, of services."""


class Part(NamedTuple):
    """What is run, and what it shows."""

    name: str
    shows: str
    arguments: tuple[str, ...]
    waits: bool = False
    """In the lane of those that wait for clouds and hosts most of their time; both lanes take about as long."""


class Outcome(NamedTuple):
    """What came of a part; `troubles` are the tests that did not pass, `figures` what its tests measured."""

    part: Part
    passed: int
    troubles: tuple[str, ...]
    figures: tuple[str, ...]
    seconds: float

    @property
    def good(self) -> bool:
        """Something was shown, and nothing else."""
        return self.passed > 0 and not self.troubles

    def row(self) -> str:
        """A line of the table."""
        shown = "; ".join((self.part.shows, *self.figures))
        verdict = "" if self.good else " **failed**"
        return f"| {self.part.name}{verdict} | {shown} | {self.passed} | {len(self.troubles)} | {self.seconds:.0f} |"


PARTS = (
    Part(
        "bundle",
        "installed and played from the offline bundle in a network namespace without a network",
        ("tests/acceptance/test_bundle.py",),
    ),
    Part("clone", "`make demo` from a fresh clone, twice", ("tests/acceptance/test_fresh_clone.py",)),
    Part(
        "backup",
        "the database lost in the middle of a build and restored, on SQLite and on PostgreSQL: delivered, one object "
        "an item",
        ("tests/acceptance/test_backup.py",),
    ),
    Part(
        "register",
        "sheets by the office's own program on both databases: 10,000 systems once and again, every fault",
        ("tests/acceptance/test_register.py",),
    ),
    Part(
        "look-alikes",
        "the shipped policy about zombies on thousands of made-up servers whose truth is known, and on 300 real ones",
        ("tests/acceptance/test_look_alikes.py", *SIDE_BY_SIDE),
    ),
    Part("streams", "500 open event streams beside the list", ("tests/acceptance/test_streams.py",)),
    Part(
        "faults, OpenStack",
        "every fault of a backend on the real OpenStack: delivered, undone to nothing, or parked and rolled back",
        ("tests/acceptance/test_backend_faults.py", *SIDE_BY_SIDE),
        waits=True,
    ),
    Part(
        "syncs, OpenStack",
        "a cloud that breaks off or does not answer: its objects are stale, none is gone",
        ("tests/acceptance/test_sync_faults.py",),
        waits=True,
    ),
    Part(
        "faults, vSphere",
        "every fault of a vCenter on the simulator: delivered with each object once, or undone to nothing",
        ("tests/faults/test_vsphere.py",),
    ),
    Part(
        "syncs, vSphere",
        "every fault of a vCenter that a sync meets: nothing lost, nothing gone, the sync says what happened",
        ("tests/faults/test_vsphere_sync.py",),
    ),
    Part(
        "faults, simulated",
        "every bad input and every fault in every call",
        (
            "tests/faults",
            "--ignore-glob",
            "*/test_vsphere*.py",
            "--ignore-glob",
            "*/test_zombies*.py",
            "--ignore-glob",
            "*/test_hosting_runs.py",
            *SIDE_BY_SIDE,
        ),
    ),
    Part(
        "zombies",
        "every fault of telemetry, of a campaign and of a clearing: nothing lost, nothing wrong switched off, every "
        "refusal says why",
        (*ZOMBIES, *SIDE_BY_SIDE),
    ),
    Part(
        "playbooks",
        "every playbook for hosts on real ones: it runs, changes nothing again, its check mode tells the truth",
        ("tests/playbooks",),
    ),
    Part(
        "hosting",
        "every blueprint on real hosts; scaled, moved, backups proven and forgotten; a disaster in one command; a "
        "cable pulled, a mirror down, a disk full, a backup store gone",
        (
            "tests/hosting",
            "tests/faults/test_hosting_runs.py",
            "tests/acceptance/test_hosting_stories.py",
            "tests/acceptance/test_hosting_scaling.py",
            "tests/acceptance/test_hosting_emergency.py",
        ),
        waits=True,
    ),
    Part(
        "vm",
        "an order ends in a real VM by Nova with libvirt and QEMU, and the baseline reaches its kernel",
        ("tests/acceptance/test_real_vm.py",),
        waits=True,
    ),
    Part(
        "crash matrix",
        "kill -9 at every boundary and after the calls inside every step, on both databases",
        ("tests/crash", "--matrix", "full", "--ignore", "tests/crash/test_fleet.py", *OVERLAPPING),
    ),
    Part(
        "fleet",
        "50 orders, three workers on PostgreSQL, random kill -9",
        ("tests/crash/test_fleet.py", "--matrix", "full"),
    ),
)


def main(names: list[str]) -> int:
    """Runs the parts, all of them or those named; prints the table; 0 when all is good."""
    chosen = [part for part in PARTS if not names or part.name in names]
    unknown = set(names) - {part.name for part in PARTS}
    if unknown:
        print(f"no such part: {', '.join(sorted(unknown))}; there are: {', '.join(p.name for p in PARTS)}")
        return 2
    began = time.monotonic()
    lanes = [[part for part in chosen if part.waits], [part for part in chosen if not part.waits]]
    with ThreadPoolExecutor(len(lanes)) as pool:
        outcomes = list(chain.from_iterable(pool.map(lambda lane: [_run(part) for part in lane], lanes)))
    outcomes.sort(key=lambda outcome: PARTS.index(outcome.part))
    print("\n".join(_table(outcomes, time.monotonic() - began)))
    return 0 if all(outcome.good for outcome in outcomes) else 1


def _run(part: Part) -> Outcome:
    print(f"\n== {part.name} begins: {part.shows}", flush=True)
    began = time.monotonic()
    with TemporaryDirectory(prefix="cloudctl-acceptance-") as directory:
        report = Path(directory, "report.xml")
        command = [sys.executable, "-m", "pytest", *part.arguments, "-q", f"--junit-xml={report}"]
        command += ["--durations=5", "-o", "junit_family=xunit1", f"--basetemp={directory}/tmp"]
        done = subprocess.run(
            command, cwd=ROOT, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )  # fmt: skip
        print(f"\n== {part.name}\n{done.stdout}", flush=True)
        cases = list(ET.parse(report).iter("testcase")) if report.exists() else []
    troubles = [_name(case) for case in cases if any(case.find(tag) is not None for tag in NOT_PASSED)]
    if done.returncode and not troubles:
        troubles = [f"pytest ended with {done.returncode}"]
    figures = [
        entry.get("value", "") for case in cases for entry in case.iter("property") if entry.get("name") == "figure"
    ]
    passed = len(cases) - len(set(troubles)) if cases else 0
    return Outcome(part, passed, tuple(troubles), tuple(figures), time.monotonic() - began)


def _name(case: ET.Element) -> str:
    return f"{case.get('classname', '').rpartition('.')[2]}.{case.get('name')}"


def _table(outcomes: list[Outcome], seconds: float) -> Iterator[str]:
    yield ""
    yield "| part | what was shown | passed | failed | seconds |"
    yield "|---|---|---:|---:|---:|"
    for outcome in outcomes:
        yield outcome.row()
    passed, failed = sum(o.passed for o in outcomes), sum(len(o.troubles) for o in outcomes)
    yield f"| all | | {passed} | {failed} | {seconds:.0f} |"
    for outcome in outcomes:
        for trouble in outcome.troubles:
            yield f"\nnot passed: {trouble}"
        if not outcome.passed:
            yield f"\nnothing was shown: {outcome.part.name}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
