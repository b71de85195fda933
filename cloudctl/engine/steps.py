"""A saga's steps as its body sees them: an object with one attribute a step, each call a checkpoint.

Whatever happens inside a step, the body gets a verdict: an exception that a step lets out becomes `park`, with its
words, so that the body can hand the order to an operator. The verdict is kept like any other; the operator's retry is
another workflow.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event
from types import SimpleNamespace
from typing import Any, get_args, get_type_hints

from dbos import DBOS, DBOSPortableJSONSerializer

from cloudctl.domain.workflows import Saga, Step, Verdict
from cloudctl.engine import log_context
from cloudctl.engine.registry import step_name

log = logging.getLogger(__name__)
OUTCOMES = frozenset(get_args(get_type_hints(Verdict)["outcome"]))
_serializer = DBOSPortableJSONSerializer()


class Draining(BaseException):
    """The process is stopping: the saga stands still at this boundary, and whoever recovers it goes on from here.

    Not an Exception, because neither a body nor the engine may take it for the saga's own outcome.
    """


def bind(saga: Saga, ctx: object, stopping: Event) -> SimpleNamespace:
    """The `steps` that a body is called with; none begins once `stopping` is set."""
    return SimpleNamespace(**{step.__name__: _checkpointed(saga, step, ctx, stopping) for step in saga.steps})


def _checkpointed(saga: Saga, step: Step, ctx: object, stopping: Event) -> Callable[..., Verdict]:
    name = step_name(saga, step.__name__)

    def attempt(*ids: Any) -> Verdict:
        with log_context.bound(log_context.step, step.__name__):
            return judged(step, ctx, *ids)

    def call(*ids: Any) -> Verdict:
        if stopping.is_set():
            raise Draining
        return DBOS.run_step({"name": name}, attempt, *ids)

    return call


def judged(step: Step, ctx: object, *ids: Any) -> Verdict:
    """The verdict of one run of `step`; an exception, or an answer that cannot be kept, is a verdict to park."""
    try:
        verdict = step(ctx, *ids)
        _serializer.serialize(verdict)
        if verdict.get("outcome") not in OUTCOMES:
            raise TypeError(f"{verdict!r} is not a verdict")  # noqa: TRY301 - a wrong answer is handled as an exception
    except Exception as error:
        log.exception("step %s failed", step.__name__)
        return {"outcome": "park", "reason": f"{type(error).__name__}: {error}", "step": step.__name__}
    return verdict
