"""Life cycles: a diagram and two tables for every machine of domain/lifecycle.py."""

from __future__ import annotations

from collections.abc import Iterator

from cloudctl.domain.lifecycle import MACHINES, walk
from cloudctl.domain.machines import Machine
from tests.docs.reference.tables import code, page, table

INTRODUCTION = """\
A pair of state and event that a table does not list is refused (`transition-refused`). States that no arrow leaves
are final."""


def render() -> str:
    """All machines."""
    return page("States", INTRODUCTION, *(_machine(machine) for machine in MACHINES))


def _machine(machine: Machine) -> str:
    diagram = "\n".join(["```mermaid", "stateDiagram-v2", *_arrows(machine), "```"])
    states = table(("state", "meaning"), ((code(state), text) for state, text in machine.states.items()))
    moves = table(
        ("from", "event", "to", "what happened"),
        ((code(line.source), code(line.event), code(line.target), line.meaning) for line in walk(machine)),
    )
    return "\n\n".join([f"## {machine.noun.capitalize()}", diagram, states, moves])


def _arrows(machine: Machine) -> Iterator[str]:
    yield f"    [*] --> {next(iter(machine.states))}"
    for line in walk(machine):
        yield f"    {line.source} --> {line.target}: {line.event}"
    for state in machine.states:
        if state in machine.final:
            yield f"    {state} --> [*]"
