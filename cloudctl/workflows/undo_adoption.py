"""undo_adoption: takes an adoption off the record, then our keys off the objects; they run on as before."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.ports.context import Context
from cloudctl.services import adopting, disowning
from cloudctl.workflows.attempts import step
from cloudctl.workflows.marking import in_turn, parked, unmark_all


@step
def withdraw(ctx: Context, adoption_id: str) -> None:
    """Records, ledger and address plan as they were; what was changed since stays adopted."""
    disowning.withdraw(ctx, UUID(adoption_id))


@step
def take_keys_off(ctx: Context, adoption_id: str) -> None:
    """Our key off every object that was withdrawn; one without it, or gone, is done."""
    unmark_all(ctx, UUID(adoption_id))


@step
def finish_undo(ctx: Context, adoption_id: str) -> Verdict | None:
    """Undone; or done, where something stays."""
    return None if disowning.finish_undo(ctx, UUID(adoption_id)) else parked("finish_undo")


@step
def park_undo(ctx: Context, adoption_id: str, reason: str) -> None:
    """Hands it to an operator."""
    adopting.park(ctx, UUID(adoption_id), reason)


def body(steps: Any, adoption_id: str) -> Verdict:
    """Withdraw, take the keys off, finish; parked at the first that cannot."""
    return in_turn((steps.withdraw, steps.take_keys_off, steps.finish_undo), steps.park_undo, adoption_id)


UNDO_ADOPTION = Saga(name="undo_adoption", steps=(withdraw, take_keys_off, finish_undo, park_undo), body=body)
