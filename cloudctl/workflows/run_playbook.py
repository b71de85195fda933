"""run_playbook: one run that stands alone, from its turn to its end.

play_run; what nobody had foreseen: park_run

Its hosts are its own already when it starts (`services.run_turns`), and it is on record as what it came to before the
step ends: a step that is repeated finds either, and never plays twice what may be played once. What hosts told of their
use goes into telemetry then, as often as the step is repeated.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.ports.context import Context
from cloudctl.services import host_signals, run_plays
from cloudctl.workflows.attempts import step
from cloudctl.workflows.playing import play


@step
def play_run(ctx: Context, run_id: str) -> Verdict | None:
    """Plays it; the verdict is the run's."""
    verdict = play(ctx, run_id)
    host_signals.take(ctx, UUID(run_id))
    return verdict


@step
def park_run(ctx: Context, run_id: str, reason: str) -> None:
    """It waits for a person, unless it has ended."""
    run_plays.park(ctx, UUID(run_id), reason)


def body(steps: Any, run_id: str) -> Verdict:
    """Played; or a person has to look."""
    verdict: Verdict = steps.play_run(run_id)
    if verdict["outcome"] == "park":
        steps.park_run(run_id, verdict.get("reason", ""))
    return verdict


RUN_PLAYBOOK = Saga(name="run_playbook", steps=(play_run, park_run), body=body)
