"""Where a worker dies: at a step's boundaries, or inside it after a call that had an effect.

`before` a step, the checkpoint of the one before it is kept. `after` a step, all that it does is done and nothing of it
is kept by the engine: the moment in which a step that does not find its own effect would do everything twice. `inside`
dies after the n-th call: one call to the cloud that changes something, or one transaction. What lies between two such
calls leaves nothing behind, so no other moment inside a step differs from one of these.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from cloudctl.domain.workflows import Step, Verdict
from cloudctl.engine import steps
from cloudctl.persistence.unit_of_work import DatabaseUnitOfWork
from cloudctl.providers.simulated import SimulatedCloud
from cloudctl.providers.simulated.backend.cloud import READS

WHENS = ("before", "after")


@dataclass(frozen=True, slots=True)
class Point:
    """One moment: `nth` counts the calls inside the step, from 1."""

    step: str
    when: str
    nth: int = 0

    def __str__(self) -> str:
        return f"{self.step}-{self.when}" + (f"-{self.nth}" if self.nth else "")


def die() -> None:
    """Like a power cut: nothing is flushed, closed or told."""
    os.kill(os.getpid(), signal.SIGKILL)
    signal.pause()


class Trap:
    """Kills this process at `point`: wraps the engine's one way into a step, and every call that can have an effect."""

    def __init__(self, point: Point) -> None:
        self._point = point
        self._lock = threading.Lock()
        self._inside = False
        self._calls = 0

    def set(self) -> None:
        """From now on; for the life of the process."""
        steps.judged = self._step(steps.judged)
        SimulatedCloud.call = self._call(SimulatedCloud.call)  # type: ignore[method-assign]
        DatabaseUnitOfWork.__exit__ = self._transaction(DatabaseUnitOfWork.__exit__)  # type: ignore[method-assign]

    def _step(self, judged: Callable[..., Verdict]) -> Callable[..., Verdict]:
        def trapped(step: Step, ctx: object, *ids: Any) -> Verdict:
            if step.__name__ != self._point.step:
                return judged(step, ctx, *ids)
            if self._point.when == "before":
                die()
            self._inside = True
            verdict = judged(step, ctx, *ids)
            self._inside = False
            if self._point.when == "after":
                die()
            return verdict

        return trapped

    def _call(self, call: Callable[..., Any]) -> Callable[..., Any]:
        @contextmanager
        def trapped(cloud: SimulatedCloud, operation: str, **told: Any) -> Iterator[Any]:
            with call(cloud, operation, **told) as made:
                yield made
            if operation.rpartition(".")[2] not in READS:
                self._done()

        return trapped

    def _transaction(self, leave: Callable[..., None]) -> Callable[..., None]:
        def trapped(*of: Any) -> None:
            leave(*of)
            self._done()

        return trapped

    def _done(self) -> None:
        if not self._inside or self._point.when != "inside":
            return
        with self._lock:
            self._calls += 1
            if self._calls == self._point.nth:
                die()
