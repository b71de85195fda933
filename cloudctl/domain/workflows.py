"""Sagas and their verdicts: what the durable engine runs, told without naming the engine.

A saga is plain functions. Each step takes the context and the saga's ids, may run more than once, and answers with a
small JSON verdict; the body decides on verdicts alone, so that a replay decides the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypedDict


class Verdict(TypedDict, total=False):
    """How a step ended, with the reason.

    `done`; `failed` for good, compensate; `park` for an operator; `stop`, there is nothing to do any more.
    """

    outcome: Literal["done", "failed", "park", "stop"]
    reason: str
    step: str


DONE: Verdict = {"outcome": "done"}

Step = Callable[..., Verdict]
Body = Callable[..., Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saga:
    """A workflow: `name` and the names and order of `steps` are constants that a committed list holds.

    `body(steps, *ids)` calls the steps as attributes of `steps`, by their function names.
    """

    name: str
    steps: tuple[Step, ...]
    body: Body

    @property
    def step_names(self) -> tuple[str, ...]:
        """The names under which the engine keeps the steps' results."""
        return tuple(step.__name__ for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowState:
    """A workflow as the engine reports it."""

    id: str
    saga: str
    status: str
    created_at_ms: int
    updated_at_ms: int
    executor: str | None
    attempts: int
    input: tuple[Any, ...]
    output: Any | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepState:
    """A finished step as the engine reports it."""

    index: int
    name: str
    output: Any | None
    error: str | None
    started_at_ms: int | None
    completed_at_ms: int | None
