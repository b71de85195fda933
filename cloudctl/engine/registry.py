"""The names under which sagas and their steps are kept in the engine's tables.

They are constants: a saga that is under way when a new version starts is replayed by name and order. `render` gives
the list that is committed beside the sagas, and a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable

from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.workflows import Saga


def step_name(saga: Saga, step: str) -> str:
    """The engine's name of a step, unique over all sagas."""
    return f"{saga.name}.{step}"


def checked(saga: Saga, taken: Iterable[str]) -> Saga:
    """`saga`; raises ConfigurationError when its name is taken or two of its steps share one."""
    if saga.name in set(taken):
        raise ConfigurationError("The saga {saga} is registered twice.", saga=saga.name)
    if len(set(saga.step_names)) != len(saga.steps):
        raise ConfigurationError("Two steps of the saga {saga} have the same name.", saga=saga.name)
    return saga


def render(sagas: Iterable[Saga]) -> str:
    """One line a saga, then its steps in order, indented; sagas by name.

    The order of steps is theirs in the saga: a change of it needs a patch guard, not only another list.
    """
    lines = []
    for saga in sorted(sagas, key=lambda saga: saga.name):
        lines += [saga.name, *(f"  {step_name(saga, step)}" for step in saga.step_names)]
    return "".join(f"{line}\n" for line in lines)
