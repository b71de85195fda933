"""adopt_resources: puts what an adoption takes on record, then writes our key onto each object in its cloud.

An object that is gone by then is noted as lost, and one that its cloud refuses to mark as refused: the rest goes on.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.ports.context import Context
from cloudctl.services import adopting
from cloudctl.workflows.attempts import step
from cloudctl.workflows.marking import in_turn, mark_all, parked


@step
def record(ctx: Context, adoption_id: str) -> None:
    """Resources, ledger and audit events, a transaction a chunk: a second run goes on where the first ended."""
    while adopting.record_chunk(ctx, UUID(adoption_id)):
        pass


@step
def write_keys(ctx: Context, adoption_id: str) -> None:
    """Our key onto every object, side by side; one that carries it already is done."""
    mark_all(ctx, UUID(adoption_id))


@step
def finish_adoption(ctx: Context, adoption_id: str) -> Verdict | None:
    """Done, unless some could not be marked."""
    return None if adopting.finish(ctx, UUID(adoption_id)) else parked("finish_adoption")


@step
def park_adoption(ctx: Context, adoption_id: str, reason: str) -> None:
    """Hands it to an operator."""
    adopting.park(ctx, UUID(adoption_id), reason)


def body(steps: Any, adoption_id: str) -> Verdict:
    """Record, mark, finish; parked at the first that cannot."""
    return in_turn((steps.record, steps.write_keys, steps.finish_adoption), steps.park_adoption, adoption_id)


ADOPT_RESOURCES = Saga(name="adopt_resources", steps=(record, write_keys, finish_adoption, park_adoption), body=body)
