"""What a worker does now and then beside sagas: sending notices, looking for what is due.

    ticker = Ticker([Job("notices", every_s=5, run=send_notices)], exclusive=leases.exclusivity(database))
    ticker.start()
    ...
    ticker.stop()

A job is a plain function that finds its work in the database, so nothing is lost when a round is missed, and no
durable schedule is needed. `exclusive` keeps several workers from running the same job at the same time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from threading import Event, Lock, Thread
from time import monotonic

log = logging.getLogger(__name__)

Exclusive = Callable[[str], AbstractContextManager[bool]]


@dataclass(frozen=True, slots=True)
class Job:
    """`run` is called every `every_s` seconds, first at once; what it raises is logged, and it is called again.

    A job that runs `everywhere` does so in each worker, whatever the others do.
    """

    name: str
    every_s: float
    run: Callable[[], object]
    everywhere: bool = False


class Ticker:
    """Runs each job in a thread of its own, so that one that hangs holds up no other."""

    def __init__(self, jobs: Sequence[Job], exclusive: Exclusive) -> None:
        self._exclusive = exclusive
        self._stop = Event()
        self._threads: dict[str, Thread] = {}
        self._lock = Lock()
        for job in jobs:
            self._take(job)

    def start(self) -> None:
        """Starts all jobs."""
        for thread in self._all():
            thread.start()

    def add(self, job: Job) -> None:
        """Starts one more, unless there is one of its name or everything has been stopped."""
        with self._lock:
            if job.name not in self._threads and not self._stop.is_set():
                self._take(job).start()

    def stop(self, wait_s: float = 10.0) -> None:
        """Begins no further round, and waits up to `wait_s` seconds for all that are under way."""
        self._stop.set()
        until = monotonic() + wait_s
        for thread in self._all():
            thread.join(max(until - monotonic(), 0.0))

    def _take(self, job: Job) -> Thread:
        thread = Thread(target=self._loop, args=(job,), name=f"job-{job.name}", daemon=True)
        self._threads[job.name] = thread
        return thread

    def _all(self) -> list[Thread]:
        with self._lock:
            return list(self._threads.values())

    def _loop(self, job: Job) -> None:
        while not self._stop.is_set():
            self._once(job)
            self._stop.wait(job.every_s)

    def _once(self, job: Job) -> None:
        try:
            with nullcontext(enter_result=True) if job.everywhere else self._exclusive(job.name) as mine:
                if mine:
                    job.run()
        except Exception:
            log.exception("job %s failed", job.name)
