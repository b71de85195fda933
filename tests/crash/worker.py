"""A worker process as the suite starts it: works until nothing is left to do, or dies at a point.

Processes are forked from a server that has everything imported and read, because that costs more than a saga.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

from cloudctl.bootstrap import App, build
from cloudctl.settings import Settings
from tests.crash.plays import outside, read_once
from tests.crash.points import Point, Trap

GIVES_UP_AFTER_S = 120.0
REAP_S = 0.1
UNFINISHED = ["ENQUEUED", "PENDING"]
STUCK = 3
LOG, CALLS = "worker.log", "calls.json"
KILLED = -signal.SIGKILL

read_once()  # and by the server: half of what a worker's process would cost
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.crash.worker"])


def start(settings: Settings, point: Point | None = None) -> BaseProcess:
    """A worker that is running. LOG in the data directory has its words; CALLS, at its end, the calls of each step."""
    process = _processes.Process(target=work, args=(settings, point))
    process.start()
    return process


def run(settings: Settings, point: Point | None = None) -> int:
    """Its exit code: 0 when all was worked off, KILLED, or what else happened to it."""
    process = start(settings, point)
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def work(settings: Settings, point: Point | None) -> None:
    """The process."""
    data = Path(settings.data_dir)
    log = os.open(data / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    app = build(settings, **outside(settings))
    trap = Trap(point)
    trap.set(vcenter=bool(settings.clouds_file))
    app.engine._reap_s = REAP_S
    app.engine.launch()
    finished = _wait(app)
    left = app.engine.shutdown(drain_s=10)
    if not finished or left:
        sys.stderr.flush()
        os._exit(STUCK)
    app.stop()
    (data / CALLS).write_text(json.dumps(trap.calls))


def _wait(app: App) -> bool:
    """Asks for both states at once: a saga that is taken over goes from one to the other meanwhile."""
    end = time.monotonic() + GIVES_UP_AFTER_S
    while time.monotonic() < end:
        if not app.client.list_workflows(status=UNFINISHED, limit=1):
            return True
        time.sleep(0.05)
    return False
