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
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from cloudctl.domain.workflows import Step, Verdict
from cloudctl.engine import steps
from cloudctl.persistence.unit_of_work import DatabaseUnitOfWork
from cloudctl.providers.simulated import SimulatedCloud
from cloudctl.providers.simulated.backend.cloud import READS
from tests.stand_in import World

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
    """Counts every call inside every step, and kills this process at `point`.

    It wraps the engine's one way into a step, and the two ways out of one that leave something behind.
    """

    def __init__(self, point: Point | None) -> None:
        self.calls: Counter[str] = Counter()
        self._point = point
        self._lock = threading.Lock()
        self._own = threading.local()  # of two sagas at once, each is in a step of its own
        self._step: str | None = None  # for threads that a step has started

    def set(self, *, vcenter: bool = False) -> None:
        """From now on; for the life of the process, in which one saga runs, also on a `vcenter`."""
        steps.judged = self._trapped_step(steps.judged)
        SimulatedCloud.call = self._trapped_call(SimulatedCloud.call)  # type: ignore[method-assign]
        DatabaseUnitOfWork.__exit__ = self._trapped_transaction(  # type: ignore[method-assign]
            DatabaseUnitOfWork.__exit__
        )
        World.change = self._trapped_change(World.change)  # type: ignore[method-assign]
        if vcenter:
            from cloudctl.providers.vsphere.client import Client

            Client.call = self._trapped_session(Client.call)  # type: ignore[method-assign]

    def _trapped_session(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """What starts a task counts; the task itself goes on without us, as a vCenter's do."""

        def trapped(client: object, act: Callable[..., Any], *, write: bool = False) -> Any:
            done = call(client, act, write=write)
            if write:
                self._done()
            return done

        return trapped

    def _trapped_change(self, change: Callable[..., None]) -> Callable[..., None]:
        """What is done to a host, to the store of backups, or to a name."""

        def trapped(*of: Any) -> None:
            change(*of)
            self._done()

        return trapped

    def _trapped_step(self, judged: Callable[..., Verdict]) -> Callable[..., Verdict]:
        def trapped(step: Step, ctx: object, *ids: Any) -> Verdict:
            self._reach(Point(step.__name__, "before"))
            self._own.step = self._step = step.__name__
            self.calls[step.__name__] += 0
            verdict = judged(step, ctx, *ids)
            self._own.step = self._step = None
            self._reach(Point(step.__name__, "after"))
            return verdict

        return trapped

    def _trapped_call(self, call: Callable[..., Any]) -> Callable[..., Any]:
        @contextmanager
        def trapped(cloud: SimulatedCloud, operation: str, **told: Any) -> Iterator[Any]:
            with call(cloud, operation, **told) as made:
                yield made
            if operation.rpartition(".")[2] not in READS:
                self._done()

        return trapped

    def _trapped_transaction(self, leave: Callable[..., None]) -> Callable[..., None]:
        def trapped(*of: Any) -> None:
            leave(*of)
            self._done()

        return trapped

    def _done(self) -> None:
        with self._lock:
            step = getattr(self._own, "step", None) or self._step
            if step is not None:
                self.calls[step] += 1
                self._reach(Point(step, "inside", self.calls[step]))

    def _reach(self, point: Point) -> None:
        if point == self._point:
            die()
