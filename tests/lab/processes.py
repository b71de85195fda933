"""Start, find and stop the lab's processes.

Each runs in a session of its own, so it outlives the Python process that started it and a signal to its
process group reaches its workers too. A pid file holds the pid and the kernel's start time of that
process: a pid that was reused by a stranger is never taken for ours.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_children: set[int] = set()


class LabError(RuntimeError):
    """The lab could not be brought to the wanted state; the message says where to look."""


def _start_time(pid: int) -> str | None:
    """The kernel's start time of a living process, None when it is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return None
    # The command name is in parentheses and may hold spaces: fields are counted after it.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]


class Processes:
    """The processes whose pid files lie in one folder."""

    def __init__(self, pids: Path, logs: Path) -> None:
        self._pids = pids
        self._logs = logs

    def start(self, name: str, argv: Sequence[str | Path], env: Mapping[str, str], cwd: Path) -> None:
        """Start a process in the background, its output in the log folder."""
        self._pids.mkdir(parents=True, exist_ok=True)
        self._logs.mkdir(parents=True, exist_ok=True)
        with self.log(name).open("wb") as log:
            child = subprocess.Popen(
                [str(word) for word in argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
            )
        (self._pids / name).write_text(f"{child.pid} {_start_time(child.pid)}", "utf-8")
        # It is to outlive us, so Popen shall not warn that nobody waited for it; _reap does, if need be.
        child.returncode = 0
        _children.add(child.pid)

    def log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def names(self) -> list[str]:
        """Every process that was started and not stopped, oldest first."""
        if not self._pids.is_dir():
            return []
        return [path.name for path in sorted(self._pids.iterdir(), key=lambda path: path.stat().st_mtime_ns)]

    def pid(self, name: str) -> int | None:
        """The pid of a living process of ours."""
        try:
            pid, _, started = (self._pids / name).read_text("utf-8").partition(" ")
        except OSError:
            return None
        return int(pid) if started not in ("", "None") and _start_time(int(pid)) == started else None

    def stop(self, names: Sequence[str], *, graceful: bool, patience: float = 60.0) -> None:
        """Stop processes by process group: by SIGTERM first when graceful, at once otherwise."""
        living = {name: pid for name in names if (pid := self.pid(name)) is not None}
        if graceful:
            for pid in living.values():
                _signal_group(pid, signal.SIGTERM)
            self._await_end(living, patience)
        for name, pid in living.items():
            # Also after a graceful end: a master may leave a worker behind.
            if self.pid(name) is not None or not graceful:
                _signal_group(pid, signal.SIGKILL)
        # The ports must be free when this returns: wait for the workers too, not only their masters.
        deadline = time.monotonic() + 10.0
        while any(_signal_group(pid, 0) for pid in living.values()) and time.monotonic() < deadline:
            _reap()
            time.sleep(0.05)
        for name in names:
            (self._pids / name).unlink(missing_ok=True)

    def _await_end(self, living: Mapping[str, int], patience: float) -> None:
        deadline = time.monotonic() + patience
        while any(self.pid(name) for name in living) and time.monotonic() < deadline:
            _reap()
            time.sleep(0.05)

    def wait(self, name: str, ready: Callable[[], bool], patience: float = 240.0) -> None:
        """Wait until a process is ready; raise with the end of its log when it dies or takes too long."""
        deadline = time.monotonic() + patience
        while not ready():
            _reap()
            if self.pid(name) is None or time.monotonic() > deadline:
                state = "died" if self.pid(name) is None else f"was not ready after {patience:.0f} s"
                raise LabError(f"{name} {state}; the end of {self.log(name)}:\n{self.tail(name)}")
            time.sleep(0.2)

    def tail(self, name: str, lines: int = 25) -> str:
        try:
            return "\n".join(self.log(name).read_text("utf-8", "replace").splitlines()[-lines:])
        except OSError:
            return ""

    def logged(self, name: str, text: str) -> bool:
        """Whether a process wrote this text since it was started."""
        try:
            return text.encode() in self.log(name).read_bytes()
        except OSError:
            return False


def _signal_group(pid: int, number: int) -> bool:
    """Signal a process group; False when nothing is left of it."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return False
    return True


def _reap() -> None:
    """Collect our own ended children, which would stay zombies while this process lives.

    Only those: waiting for just any child would steal the exit codes of a test run's own children.
    """
    for pid in list(_children):
        try:
            ended, _ = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            ended = pid
        if ended:
            _children.discard(pid)


def answers(url: str, timeout: float = 5.0) -> bool:
    """Whether an HTTP server answers at all, whatever it says short of a server error."""
    try:
        with urllib.request.urlopen(url, timeout=timeout):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
