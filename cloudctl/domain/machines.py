"""A state machine as a table: what `domain/lifecycle.py` is written in."""

from __future__ import annotations

from dataclasses import dataclass

from cloudctl.domain.errors import Refused


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of a table: in `source`, `event` leads to `target`; `meaning` says what happened."""

    source: str
    event: str
    target: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Machine:
    """A noun's life: `states` maps each state to its sentence; `final` states are left by nothing."""

    noun: str
    states: dict[str, str]
    table: tuple[Transition, ...]

    def next(self, state: str, event: str) -> str:
        """The state that `event` leads to from `state`; raises Refused for a pair that is not listed."""
        for line in self.table:
            if line.source == state and line.event == event:
                return line.target
        raise Refused(
            "{noun} in state {state} cannot {event}.",
            way_out="Possible now: {possible}.",
            noun=self.noun,
            state=state,
            event=event,
            possible=", ".join(self.events(state)) or "-",
        )

    def events(self, state: str) -> list[str]:
        """The events that `state` accepts, in table order."""
        return [line.event for line in self.table if line.source == state]

    @property
    def final(self) -> frozenset[str]:
        """States that no line leaves."""
        return frozenset(self.states) - {line.source for line in self.table}

    def towards(self, state: str, target: str) -> str:
        """For states that are claimed as such: `target`; raises Refused where no line leads there from `state`."""
        possible = [line.target for line in self.table if line.source == state]
        if target not in possible:
            raise Refused(
                "{noun} in state {state} cannot become {target}.",
                field="status",
                way_out="Possible now: {possible}.",
                noun=self.noun,
                state=state,
                target=target,
                possible=", ".join(possible) or "-",
            )
        return target


def table(*lines: tuple[str, str, str, str]) -> tuple[Transition, ...]:
    """The lines of a table: source, event, target and meaning."""
    return tuple(Transition(*line) for line in lines)
