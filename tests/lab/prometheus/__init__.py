"""A real Prometheus on this machine, Debian's, with a past that was written for it.

with PrometheusServer([Machine("web-1", use=...)], since, until) as prometheus:
    prometheus.url                                  # http://127.0.0.1:20717
    prometheus.stop(); prometheus.start()           # gone and back, with what it holds
prometheus = ensure_up()                            # the one that `python -m tests.lab prometheus up` keeps running

The past comes from `promtool tsdb create-blocks-from openmetrics`, in blocks of a month: every block costs promtool
another pass over the file. With the default step of 15 minutes four machines of 24 series need 8 to 12 seconds for 90
days; nothing is scraped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.lab.openstack.layout import default_cache
from tests.lab.postgres import free_port
from tests.lab.processes import LabError, Processes, answers
from tests.lab.prometheus.series import Machine, Use, write

__all__ = ["Machine", "Prometheus", "PrometheusServer", "Use", "down", "ensure_up", "running"]

DEBIAN = "prometheus"
PROGRAMS = {name: f"/usr/bin/{name}" for name in ("prometheus", "promtool")}
STEP_S = 900
DAYS = 90
START_S = 60
#: Times of one block and of what is kept: blocks as large as promtool makes them, and a past that is never dropped.
BLOCK = "744h"
KEPT = "30y"


@dataclass(frozen=True)
class Prometheus:
    """A running Prometheus, and the span and step of what it holds."""

    url: str
    since: str
    until: str
    step_s: int = STEP_S
    machines: dict[str, str] = field(default_factory=dict)
    pid: int = field(default=0, compare=False)

    def settings(self) -> dict[str, str]:
        """The settings that make it a source of cloudctl named `lab`, as variables."""
        prefix = "CLOUDCTL_TELEMETRY__PROMETHEUS__LAB__"
        return {f"{prefix}URL": self.url, f"{prefix}STEP_S": str(self.step_s), f"{prefix}SCRAPE_S": str(self.step_s)}


class PrometheusServer:
    """A Prometheus with a planted past from `start` to `stop`; as a context manager it is removed at the end.

    `flags` go to the program, as {"web.config.file": path}.
    """

    def __init__(
        self,
        machines: Iterable[Machine],
        since: datetime,
        until: datetime,
        *,
        step_s: int = STEP_S,
        flags: dict[str, str] | None = None,
    ) -> None:
        self.machines = list(machines)
        self.since, self.until, self.step_s = since, until, step_s
        self.flags = flags or {}
        self.port = free_port()
        self.directory = Path(tempfile.mkdtemp(prefix="cloudctl-prometheus-"))
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            plant(self.directory, self.machines, self.since, self.until, self.step_s)
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def start(self) -> None:
        """Starts it and waits until it answers; raises LabError with its words."""
        log = self.directory / "server.log"
        with log.open("ab") as words:
            self._process = subprocess.Popen(command(self.directory, self.port, self.flags), stdout=words, stderr=words)
        deadline = time.monotonic() + START_S
        while not answers(f"{self.url}/-/ready", 1.0):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise LabError(f"Prometheus did not start: {log.read_text('utf-8', 'replace')[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Connections are refused from now on; what it holds stays."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            (self.directory / "data" / "lock").unlink(missing_ok=True)

    def remove(self) -> None:
        """Ends it for good."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


def plant(directory: Path, machines: Iterable[Machine], since: datetime, until: datetime, step_s: int) -> int:
    """Writes the past of machines into a data folder; answers how many samples."""
    install()
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "prometheus.yml").write_text("global: {scrape_interval: 1m}\n", "utf-8")
    told = directory / "past.txt"
    with told.open("w", encoding="utf-8") as file:
        count = write(file, machines, since, until, step_s)
    argv = ["promtool", "tsdb", "create-blocks-from", f"--max-block-duration={BLOCK}", "openmetrics", "-q"]
    done = subprocess.run(
        [*argv, str(told), str(directory / "data")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    told.unlink()
    if done.returncode:
        raise LabError(f"promtool failed: {done.stdout.decode('utf-8', 'replace')[-2000:]}")
    return count


def command(directory: Path, port: int, flags: dict[str, str]) -> list[str]:
    """How it is run: on the loopback interface, with its own data."""
    options = {
        "config.file": str(directory / "prometheus.yml"),
        "storage.tsdb.path": str(directory / "data"),
        "storage.tsdb.retention.time": KEPT,
        "web.listen-address": f"127.0.0.1:{port}",
        "log.level": "warn",
    } | flags
    return ["prometheus", *(f"--{name}={value}" for name, value in options.items())]


def install() -> None:
    """Sees to it that Debian's package is there; raises LabError where we may not install it."""
    if all(Path(program).exists() for program in PROGRAMS.values()):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise LabError(f"not root: run `apt-get install --no-install-recommends {DEBIAN}` first")
    print(f"installing the Debian package {DEBIAN}", file=sys.stderr, flush=True)
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for argv in (["apt-get", "update", "-q"], ["apt-get", "install", "-q", "-y", "--no-install-recommends", DEBIAN]):
        done = subprocess.run(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            raise LabError(f"{' '.join(argv)} failed:\n{done.stdout[-4000:]}")


def ensure_up(machines: Iterable[Machine] | None = None) -> Prometheus:
    """The Prometheus that outlives this process, with 90 days until this midnight, started when there is none.

    `machines` are planted instead of the usual four; one that runs with others is replaced.
    """
    chosen = list(machines) if machines is not None else usual()
    names = {machine.name: machine.native_id for machine in chosen}
    up = running()
    if up is not None and (machines is None or up.machines == names):
        return up
    down()
    until = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    since = until - timedelta(days=DAYS)
    run, port = _run(), free_port()
    plant(run, chosen, since, until, STEP_S)
    processes = _processes()
    processes.start("prometheus", command(run, port, {}), os.environ, run)
    url = f"http://127.0.0.1:{port}"
    processes.wait("prometheus", lambda: answers(f"{url}/-/ready", 1.0), START_S)
    made = Prometheus(url, since.isoformat(), until.isoformat(), machines=names, pid=processes.pid("prometheus") or 0)
    (run / "prometheus.json").write_text(json.dumps(asdict(made), indent=1), "utf-8")
    return made


def running() -> Prometheus | None:
    """The Prometheus that `ensure_up` started, if it answers."""
    try:
        saved: dict[str, Any] = json.loads((_run() / "prometheus.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    found = Prometheus(**saved)
    return found if _processes().pid("prometheus") and answers(f"{found.url}/-/ready", 2.0) else None


def down() -> None:
    """Stops it and drops what it held."""
    _processes().stop(["prometheus"], graceful=True)
    shutil.rmtree(_run(), ignore_errors=True)


def usual() -> list[Machine]:
    """An office's server, an idle one, one that works once a month, and one that nobody but the monitoring visits."""

    def office(moment: datetime) -> Use:
        busy = moment.weekday() < 5 and 1 <= moment.hour < 10
        return Use(30.0, 45.0, 80.0, 40.0) if busy else Use(3.0, 45.0, 5.0, 2.0)

    def monthly(moment: datetime) -> Use:
        return Use(70.0, 30.0, 900.0, 60.0) if moment.day == 1 and 1 <= moment.hour < 7 else Use(1.2, 22.0, 0.3, 0.05)

    backed_up = datetime.now(UTC) - timedelta(days=60)
    return [
        Machine(
            "office-1", office, logins=lambda day: 20.0 * (day.weekday() < 5), connections=lambda _: 12.0,
            http_requests=lambda day: 3000.0 * (day.weekday() < 5), dns_queries=lambda _: 200.0,
            backed_up_at=backed_up, patched_at=backed_up, certificate_ends_at=datetime.now(UTC) + timedelta(days=200),
        ),
        Machine("idle-1", lambda _: Use(0.9, 18.0, 0.2, 0.02)),
        Machine("monthly-1", monthly, logins=lambda day: float(day.day == 1), backed_up_at=backed_up),
        Machine("watched-1", lambda _: Use(1.5, 20.0, 0.3, 0.3), connections=lambda _: 1.0),
    ]  # fmt: skip


def _run() -> Path:
    return default_cache() / "prometheus" / "run"


def _processes() -> Processes:
    return Processes(_run() / "pids", _run() / "logs")
