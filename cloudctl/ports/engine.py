"""The durable engine, as services and the operator see it. Starting a saga is `UnitOfWork.start`."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from cloudctl.domain.workflows import StepState, WorkflowState


class Start(NamedTuple):
    """A saga to start: its workflow's id, its arguments, and the key of its lane in the queue."""

    saga: str
    workflow_id: str
    ids: tuple[str, ...]
    queue_key: str


class Workflows(Protocol):
    """What the engine knows of the sagas."""

    def recent(self, *, saga: str | None = None, status: str | None = None, limit: int = 50) -> list[WorkflowState]:
        """Newest first."""
        ...

    def get(self, workflow_id: str) -> WorkflowState | None:
        """One workflow."""
        ...

    def steps(self, workflow_id: str) -> list[StepState]:
        """The finished steps of a workflow, in order."""
        ...

    def resume(self, workflow_id: str) -> None:
        """Puts a stopped or stranded workflow back into its queue."""
        ...
