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
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Event, Thread

log = logging.getLogger(__name__)

Exclusive = Callable[[str], AbstractContextManager[bool]]


@dataclass(frozen=True, slots=True)
class Job:
    """`run` is called every `every_s` seconds, first at once; what it raises is logged, and it is called again."""

    name: str
    every_s: float
    run: Callable[[], object]


class Ticker:
    """Runs each job in a thread of its own, so that one that hangs holds up no other."""

    def __init__(self, jobs: Sequence[Job], exclusive: Exclusive) -> None:
        self._exclusive = exclusive
        self._stop = Event()
        self._threads = [Thread(target=self._loop, args=(job,), name=f"job-{job.name}", daemon=True) for job in jobs]

    def start(self) -> None:
        """Starts all jobs."""
        for thread in self._threads:
            thread.start()

    def stop(self, wait_s: float = 10.0) -> None:
        """Begins no further round, and waits up to `wait_s` seconds for each that is under way."""
        self._stop.set()
        for thread in self._threads:
            thread.join(wait_s)

    def _loop(self, job: Job) -> None:
        while not self._stop.is_set():
            self._once(job)
            self._stop.wait(job.every_s)

    def _once(self, job: Job) -> None:
        try:
            with self._exclusive(job.name) as mine:
                if mine:
                    job.run()
        except Exception:
            log.exception("job %s failed", job.name)
