"""The vCenter's tasks of this process: a few under way at once, all of them under one watch.

    tasks.send(owner, lambda: machine.PowerOnVM_Task())
    tasks.busy(owner), tasks.failure(owner)

One task an owner at a time; more than `slots` wait here and not in the vCenter. While any is under way one thread waits
for news of all of them, through one property filter; it ends with the last. What a task failed for good with is kept by
its `blame` until the next is sent for it. A task whose end was missed (a vCenter that restarted) is forgotten: whoever
looks at the object sees what came of it.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Any

from cloudctl.domain.errors import BackendError, Unreachable
from cloudctl.providers.vsphere.client import Client
from cloudctl.providers.vsphere.errors import busy, failed, fault_error
from cloudctl.providers.vsphere.watch import Watch

log = logging.getLogger(__name__)

PAUSE_S = 0.5
OUTAGE_S = 120.0


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """One task, waiting or under way. `start` answers the task, or None when there is nothing to do.

    One that ends in a failure that may pass is sent again at most `again` times; for one that is `lasting`, the last
    such failure counts as one for good, because nobody else would send it.
    """

    owner: str
    blame: str
    start: Callable[[], Any]
    again: int = 0
    lasting: bool = False
    task: Any = None


class Tasks:
    """The tasks of one vCenter. `after` is called in the watch's thread when some end, with True for the last ones."""

    def __init__(self, client: Client, slots: int, after: Callable[[bool], None]) -> None:
        self._client = client
        self._slots = slots
        self._after = after
        self._jobs: dict[str, deque[Job]] = {}
        self._waiting: deque[Job] = deque()
        self._underway: set[Job] = set()
        self._failures: dict[str, BackendError] = {}
        self._changed = Condition()
        self._thread: Thread | None = None
        self._watch = Watch(client)

    def send(
        self, owner: str, start: Callable[[], Any], *, blame: str | None = None, behind: bool = False, again: int = 0
    ) -> None:
        """Starts a task, at once when a slot is free; what the start raises then is raised here.

        While the owner has one, a task that may wait `behind` it does so; for any other Busy is raised.
        """
        job = Job(owner=owner, blame=blame or owner, start=start, again=again, lasting=again > 0)
        with self._changed:
            queue = self._jobs.setdefault(owner, deque())
            if queue and not behind:
                raise busy("a task is under way")
            queue.append(job)
            self._failures.pop(job.blame, None)
            if len(queue) > 1:
                return
            if len(self._underway) >= self._slots:
                self._waiting.append(job)
                return
            self._underway.add(job)
        try:
            self._start(job)
        except BaseException:
            self._finish(job)
            raise

    def busy(self, owner: str) -> bool:
        """Whether a task of the owner waits or is under way."""
        with self._changed:
            return bool(self._jobs.get(owner))

    def failure(self, blame: str) -> BackendError | None:
        """What the last task for it has failed for good with."""
        with self._changed:
            return self._failures.get(blame)

    def fail(self, blame: str, error: BackendError) -> None:
        """Keeps a failure for good."""
        if not error.retryable:
            with self._changed:
                self._failures[blame] = error

    def forget(self, blame: str) -> None:
        """Drops what is known of a failure."""
        with self._changed:
            self._failures.pop(blame, None)

    def wait(self, owner: str, timeout_s: float) -> None:
        """Waits for an owner's tasks, for what takes a vCenter a moment; raises their failure, or Busy in the end."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while self._jobs.get(owner):
                left_s = deadline - time.monotonic()
                if left_s <= 0:
                    raise busy("a task takes long")
                self._changed.wait(left_s)
            failure = self._failures.pop(owner, None)
        if failure is not None:
            raise failure

    def _start(self, job: Job) -> None:
        """Starts a job that has a slot; one without a task is over."""
        task = self._client.call(lambda _: job.start(), write=True)
        if task is None:
            self._finish(job)
            return
        with self._changed:
            job.task = task
            if self._thread is None:
                self._thread = Thread(target=self._run, name="vsphere-tasks", daemon=True)
                self._thread.start()
        self._watch.wake()

    def _finish(self, job: Job, failure: BackendError | None = None) -> None:
        """Ends a job and starts those that wait for its owner or for its slot."""
        with self._changed:
            self._underway.discard(job)
            queue = self._jobs[job.owner]
            if failure is not None and failure.retryable and job.again:
                job.again, job.task = job.again - 1, None
            else:
                queue.popleft()
                if failure is not None and (job.lasting or not failure.retryable):
                    self._failures[job.blame] = failed(str(failure)) if failure.retryable else failure
            if queue:
                self._waiting.append(queue[0])
            else:
                del self._jobs[job.owner]
            successors = []
            while self._waiting and len(self._underway) < self._slots:
                successors.append(self._waiting.popleft())
                self._underway.add(successors[-1])
            self._changed.notify_all()
        if failure is not None:
            log.info("a task of the vCenter failed: %s", failure)
        for successor in successors:
            self._start_patiently(successor)

    def _start_patiently(self, job: Job) -> None:
        """Starts a job that nobody waits for; a vCenter that is away for a while is waited for."""
        deadline = time.monotonic() + OUTAGE_S
        while True:
            try:
                self._start(job)
            except Unreachable as error:
                if time.monotonic() < deadline:
                    time.sleep(PAUSE_S)
                    continue
                self._finish(job, error)
            except BackendError as error:
                self._finish(job, error)
            return

    def _watched(self) -> list[Job]:
        """The jobs with a task; without any the watch's thread ends."""
        with self._changed:
            jobs = [job for job in self._underway if job.task is not None]
            if not jobs:
                self._thread = None
            return jobs

    def _run(self) -> None:
        silent_since: float | None = None
        while jobs := self._watched():
            try:
                ended = self._watch.ended([job.task for job in jobs])
                silent_since = None
            except BackendError as error:
                self._watch.reset()
                silent_since = silent_since or time.monotonic()
                if time.monotonic() - silent_since > OUTAGE_S:
                    ended = dict.fromkeys(job.task for job in jobs)
                    log.warning("the tasks of the vCenter are no longer watched: %s", error)
                else:
                    time.sleep(PAUSE_S)
                    continue
            for job in jobs:
                if job.task in ended:
                    fault = ended[job.task]
                    self._finish(job, None if fault is None else fault_error(fault))
            if ended:
                self._after(not self._underway)
