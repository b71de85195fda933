"""Workflows: the machine's work, as operators see it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Self

from api.schemas.fields import Out
from cloudctl.domain.workflows import StepState, WorkflowState


def _time(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


class StepOut(Out, frozen=True, kw_only=True):
    """A finished step and its verdict."""

    index: int
    name: str
    output: Any
    error: str | None
    started_at: datetime | None
    completed_at: datetime | None

    @classmethod
    def of(cls, step: StepState) -> Self:
        """This shape of a step."""
        return cls(
            index=step.index,
            name=step.name,
            output=step.output,
            error=step.error,
            started_at=_time(step.started_at_ms),
            completed_at=_time(step.completed_at_ms),
        )


class WorkflowRow(Out, frozen=True, kw_only=True):
    """A workflow in a list."""

    id: str
    saga: str
    status: str
    attempts: int
    executor: str | None
    error: str | None
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def of(cls, state: WorkflowState) -> Self:
        """This shape of a workflow."""
        copied = WorkflowRow.copied(state, "created_at", "updated_at")
        return cls(**copied, created_at=_time(state.created_at_ms), updated_at=_time(state.updated_at_ms))


class WorkflowOut(WorkflowRow, frozen=True, kw_only=True):
    """A workflow with its verdict and finished steps."""

    output: Any
    steps: list[StepOut]

    @classmethod
    def told(cls, found: tuple[WorkflowState, list[StepState]]) -> Self:
        """This shape of a workflow and its steps."""
        state, steps = found
        row = WorkflowRow.of(state)
        return cls(**WorkflowRow.copied(row), output=state.output, steps=[StepOut.of(step) for step in steps])
