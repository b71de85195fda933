"""undo_order: what an operator starts for a parked order (`cloudctl workflows rollback`)."""

from __future__ import annotations

from typing import Any

from cloudctl.domain.workflows import Saga, Verdict
from cloudctl.workflows.undoing import UNDO_STEPS, undo_all


def body(steps: Any, order_id: str) -> Verdict:
    """All undo steps, then `fail`."""
    return undo_all(steps, order_id, "roll back", "undone on an operator's order")


UNDO_ORDER = Saga(name="undo_order", steps=UNDO_STEPS, body=body)
