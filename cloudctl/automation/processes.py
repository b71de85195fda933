"""Processes of a run: none of them outlives it.

Ansible's workers leave its process group, and ssh's masters leave everything. So the player adopts whatever loses its
parent below it (Linux's child subreaper) and ends all of it; and every process of a run carries the run's id in its
environment, by which the next worker on the machine finds what a player that was killed has left.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MARKER = "CLOUDCTL_RUN_ID"
_PR_SET_CHILD_SUBREAPER = 36
PROC = Path("/proc")


def adopt() -> None:
    """Whatever loses its parent below this process becomes its child."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(root: int) -> list[int]:
    """The processes below one that live, children before their children; burying the dead is their parents'."""
    children: dict[int, list[int]] = {}
    for pid in _pids():
        with suppress(OSError, ValueError, IndexError):
            state, parent = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[:2]
            if state not in "ZX":
                children.setdefault(int(parent), []).append(pid)
    found, waiting = [], [root]
    while waiting:
        below = children.get(waiting.pop(0), [])
        found += below
        waiting += below
    return found


def marked(run_id: str) -> list[int]:
    """The processes of a run on this machine, this one apart."""
    wanted = f"{MARKER}={run_id}".encode()
    found = []
    for pid in _pids():
        if pid == os.getpid():
            continue
        with suppress(OSError):
            if wanted in (PROC / str(pid) / "environ").read_bytes().split(b"\0"):
                found.append(pid)
    return found


def tell(pids: list[int], number: signal.Signals) -> None:
    """Sends a signal to each that is still there."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def end_below(root: int, *, grace_s: float = 2.0) -> None:
    """Ends everything below a process: asked first, then killed, until nothing is left."""
    tell(descendants(root), signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    while (left := descendants(root)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for _ in range(100):
        if not left:
            return
        tell(left, signal.SIGKILL)
        time.sleep(0.02)
        left = descendants(root)


def end_marked(run_id: str) -> bool:
    """Kills what carries a run's id; answers whether there was anything."""
    found = ever = marked(run_id)
    for _ in range(100):
        if not found:
            break
        tell(found, signal.SIGKILL)
        time.sleep(0.02)
        found = marked(run_id)
    return bool(ever)


def _reaped(root: int) -> list[int]:
    """What is left below, after those that have ended were buried."""
    if root == os.getpid():
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    return descendants(root)


def _pids() -> Iterator[int]:
    return (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())
