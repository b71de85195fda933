"""Having a recorded run carried out, inside whatever saga's step: its turn, its playing, what became of it.

    verdict = play(ctx, str(run_id))

May be called again after any death: a run that has ended answers the same verdict, one that broke off is begun again
where its playbook may be repeated, and waits for a person where not. The run itself (`run_plays.of`) has its results.
A database that is away for a moment stops no play: what was said meanwhile is put on record afterwards.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from cloudctl.domain.errors import CloudctlError, Contended, NotReady, Stale, Unavailable
from cloudctl.domain.runs import Played, Run, RunBatch, RunEvent
from cloudctl.domain.workflows import DONE, Verdict
from cloudctl.messages import mark
from cloudctl.ports.automation import Job, KeptFile
from cloudctl.ports.context import Context
from cloudctl.services import run_plays

T = TypeVar("T")
log = logging.getLogger(__name__)
LOOK_EVERY_S = 1.0
PAUSE_S = 1.0
MOST_UNSAID = 200
AWAY = (Contended, Stale, Unavailable)
WAITED = mark("Its hosts were not free in time.")


def play(ctx: Context, run_id: UUID | str, *, secrets: dict[str, Any] | None = None) -> Verdict:
    """Waits for the run's turn and plays it: done; failed with the hosts; stop when called off; park for a person.

    `secrets` are variables on top of those that the store hands out for the run.
    """
    key = UUID(str(run_id))
    _await_turn(ctx, key)
    ctx.automation.end(key)
    begun = run_plays.begin(ctx, key)
    if begun is None:
        return verdict_of(run_plays.of(ctx, key))
    try:
        job = run_plays.job(ctx, begun, secrets)
    except CloudctlError as error:
        refused = error
        return verdict_of(_insisted(ctx, lambda: run_plays.fail(ctx, key, refused)))
    played = _played(ctx, job)
    return verdict_of(_insisted(ctx, lambda: run_plays.end(ctx, key, played)))


def verdict_of(run: Run) -> Verdict:
    """What an ended run is to the saga that had it carried out; a host out of reach is for a person to see to."""
    reason = run.words.get("en") or run.state
    match run.state:
        case "succeeded":
            return DONE
        case "cancelled":
            return {"outcome": "stop", "reason": reason}
        case "failed" if not any(stats.unreachable for stats in run.stats.values()):
            return {"outcome": "failed", "reason": reason}
    return {"outcome": "park", "reason": reason}


def _played(ctx: Context, job: Job) -> Played:
    """Plays; what nobody had foreseen leaves the run to a person, with its hosts free, and is raised."""
    desk = _Desk(ctx, job.run_id)
    try:
        return ctx.automation.play(job, seen=desk.say, stop=desk.called_off, keep=desk.keep)
    except Exception as error:
        reason = str(error) if isinstance(error, CloudctlError) else f"{type(error).__name__}: {error}"
        _insisted(ctx, lambda: run_plays.park(ctx, job.run_id, reason))
        raise


def _await_turn(ctx: Context, key: UUID) -> None:
    """Raises NotReady when the step's budget is used up; the run is called off then."""
    deadline = ctx.clock.monotonic_s() + ctx.limits.step_budget_s
    while run_plays.turn(ctx, key) is None:
        if ctx.clock.monotonic_s() >= deadline:
            run_plays.give_up(ctx, key, WAITED)
            raise NotReady(WAITED)
        ctx.clock.sleep(ctx.limits.poll_s)


def _insisted(ctx: Context, act: Callable[[], T]) -> T:
    """What has happened goes on record, also when the database is away for a while: else it would happen again."""
    deadline = ctx.clock.monotonic_s() + ctx.limits.step_budget_s
    while True:
        try:
            return act()
        except AWAY:
            if ctx.clock.monotonic_s() >= deadline:
                raise
            ctx.clock.sleep(PAUSE_S)


class _Desk:
    """Where a play reports: the record, with patience."""

    def __init__(self, ctx: Context, key: UUID) -> None:
        self._ctx, self._key = ctx, key
        self._looked_at = ctx.clock.monotonic_s()
        self._wanted = False
        self._unsaid: list[RunBatch] = []

    def say(self, batch: RunBatch) -> None:
        """Puts it on record, after what could not be before; of too much the oldest is left out, and counted."""
        self._unsaid.append(batch)
        try:
            while self._unsaid:
                run_plays.say(self._ctx, self._key, self._unsaid[0])
                del self._unsaid[0]
        except AWAY:
            log.warning("what run %s says waits for the database", self._key)
        if len(self._unsaid) > MOST_UNSAID:
            lost, kept = self._unsaid[0], self._unsaid[1]
            dropped = lost.dropped + len(lost.events) + kept.dropped
            self._unsaid[:2] = [RunBatch(events=kept.events, dropped=dropped)]

    def called_off(self) -> bool:
        """Whether somebody wants it stopped: read from the record once a second at most."""
        now = self._ctx.clock.monotonic_s()
        if not self._wanted and now - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = now
            try:
                self._wanted = run_plays.called_off(self._ctx, self._key)
            except AWAY:
                return False
        return self._wanted

    def keep(self, file: KeptFile) -> None:
        """Into the file store; what cannot be kept is said, and the run goes on."""
        try:
            run_plays.keep(self._ctx, self._key, file)
        except CloudctlError as error:
            words = f"{file.name}: {error}"
            self.say(RunBatch(events=(RunEvent(at=datetime.now(UTC), kind="line", text=words),)))
