"""How a step deals with a cloud that is slow, busy or gone: what is retried, what fails, what is parked.

CapacityExhausted, Rejected, Failed, Unsupported   fail for good: the order is undone
Busy, NotReady, Unreachable                        are tried again; when that does not help, parked
anything else                                      parked with its words: a person has to look
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from cloudctl.domain.errors import (
    Absent,
    BackendError,
    Busy,
    CapacityExhausted,
    CloudctlError,
    Contended,
    Failed,
    NotReady,
    Rejected,
    Stale,
    Unavailable,
    Unreachable,
    Unsupported,
)
from cloudctl.domain.workflows import DONE, Verdict
from cloudctl.ports.context import Context

T = TypeVar("T")
log = logging.getLogger(__name__)

FINAL = (CapacityExhausted, Rejected, Failed, Unsupported)
PASSING = (Busy, NotReady, Unreachable)
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0


def step(act: Callable[..., Verdict | None]) -> Callable[..., Verdict]:
    """Makes a step of a function: what it raises becomes its verdict, so that the saga's body can decide on it."""

    @wraps(act)
    def judged(ctx: Context, *ids: Any) -> Verdict:
        try:
            return _again_while_contended(ctx, lambda: act(ctx, *ids)) or DONE
        except FINAL as error:
            return {"outcome": "failed", "reason": str(error), "step": act.__name__}
        except CloudctlError as error:
            log.warning("step %s is parked: %s", act.__name__, error)
            return {"outcome": "park", "reason": str(error), "step": act.__name__}

    return judged


def _again_while_contended(ctx: Context, act: Callable[[], T]) -> T:
    """Runs a step again while our own database is contended or away, with growing pauses, within the step's budget."""
    deadline, pause_s = ctx.clock.monotonic_s() + ctx.limits.step_budget_s, FIRST_PAUSE_S
    while True:
        try:
            return act()
        except (Contended, Stale, Unavailable):
            if ctx.clock.monotonic_s() >= deadline:
                raise
            ctx.clock.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)


def insist(ctx: Context, act: Callable[[], T], *, again_if_unknown: bool = True) -> T:
    """Calls the cloud until it answers, with growing pauses, at most `limits.retry_attempts` times.

    With `again_if_unknown` false a lost answer to a write is raised at once: the caller has to look before it repeats.
    """
    for attempt in range(ctx.limits.retry_attempts):
        try:
            return act()
        except PASSING as error:
            unknown = isinstance(error, Unreachable) and error.effect_unknown
            if (unknown and not again_if_unknown) or attempt == ctx.limits.retry_attempts - 1:
                raise
            pause(ctx, attempt, error)
    raise AssertionError("limits.retry_attempts is at least 1")


def pause(ctx: Context, attempt: int, error: BackendError) -> None:
    """Waits as long as the cloud asked for, else twice as long after each attempt (from 0)."""
    ctx.clock.sleep(error.retry_after_s or min(FIRST_PAUSE_S * 2**attempt, LONGEST_PAUSE_S))


def poll(ctx: Context, look: Callable[[], T | None], waiting_for: str) -> T:
    """Looks until there is an answer; raises NotReady when the step's budget is used up."""
    deadline = ctx.clock.monotonic_s() + ctx.limits.step_budget_s
    while True:
        answer = insist(ctx, look)
        if answer is not None:
            return answer
        if ctx.clock.monotonic_s() >= deadline:
            raise NotReady(
                "Still not ready after {budget} s: {what}.", budget=ctx.limits.step_budget_s, what=waiting_for
            )
        ctx.clock.sleep(ctx.limits.poll_s)


def quietly_absent(act: Callable[[], None]) -> None:
    """Deleting what is not there is done."""
    try:
        act()
    except Absent:
        return


def gravest(errors: list[BackendError]) -> BackendError:
    """Of several failures the one that decides: a final one before one that can be retried."""
    return next((error for error in errors if isinstance(error, FINAL)), errors[0])
