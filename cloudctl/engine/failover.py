"""Taking over the sagas of a dead worker (PostgreSQL only: on SQLite the next start does it).

Each worker looks at the others every few seconds. One that has sagas booked to it and whose lease is free in two
rounds running is dead, and its sagas go back to the queue. Two rounds, because a live worker that has lost its lease
finds that out in one, and then ends itself at once: two workers in the same step could build the same thing twice.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from cloudctl.engine.leases import AdvisoryLease

log = logging.getLogger(__name__)
EX_TEMPFAIL = 75


def end_process() -> None:
    """What a worker does that is no longer known to be alive: it stops at once, and its supervisor restarts it."""
    os._exit(EX_TEMPFAIL)


class Reaper:
    """The thread that does it. `recover(executor)` puts the executor's sagas back into the queue."""

    def __init__(
        self, lease: AdvisoryLease, recover: Callable[[str], None], *, every_s: float, on_lost: Callable[[], None]
    ) -> None:
        self._lease = lease
        self._recover = recover
        self._every_s = every_s
        self._on_lost = on_lost
        self._suspects: set[str] = set()
        self._stop = Event()
        self._thread = Thread(target=self._loop, name="reaper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when no round is under way any more."""
        self._stop.set()
        self._thread.join()

    def _loop(self) -> None:
        while not self._stop.wait(self._every_s):
            try:
                self.round()
            except SQLAlchemyError:
                log.critical("this worker's lease is lost; it ends itself", exc_info=True)
                self._on_lost()
                return

    def round(self) -> None:
        """Looks at every other executor once."""
        free = {executor for executor in self._lease.others_with_work() if self._check(executor)}
        self._suspects = free

    def _check(self, executor: str) -> bool:
        """Whether the lease of `executor` is free; recovers it when it was so in the last round too."""
        if not self._lease.try_for(executor):
            return False
        try:
            if executor in self._suspects:
                self._take_over(executor)
        finally:
            self._lease.let_go(executor)
        return True

    def _take_over(self, executor: str) -> None:
        log.warning("worker %s is gone; its workflows go back to the queue", executor)
        try:
            self._recover(executor)
        except Exception:
            log.exception("taking over from %s failed; the next round tries again", executor)
