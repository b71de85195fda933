"""How a wave does: on track, lagging or blocked, with what shows it.

    found = health(Running(...), today)
    found.health, found.signs

Blocked: a step is held, or something that a system needs has not arrived although the wave has begun. Lagging: a step
is past its day, or the wave past its last one. What is done is on track whatever it took.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from cloudctl.messages import LOCALES, fill, mark, translator

NAMED = 5


class Health(StrEnum):
    """From the best to the worst."""

    ON_TRACK = "on_track"
    LAGGING = "lagging"
    BLOCKED = "blocked"


HELD = mark("{system}: the step “{name}” is held: {reason}")
MISSING = mark("{system} needs {needed}, which has not arrived.")
LATE = mark("{system}: the step “{name}” was due on {day}.")
OVER = mark("The wave was to end on {day}; {left} of {all} systems have not arrived.")


class OpenStep(NamedTuple):
    """A step that is not done: its system, its name by locale, its due day, and why it is held, if it is."""

    system: str
    name: dict[str, str]
    due_on: date
    held: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A wave as it goes: `systems` in it, how many `left` to arrive, its open steps, and what it still waits for.

    `missing` are (system, what it needs and has not arrived), of systems of the wave, by code.
    """

    begun: bool
    starts_on: date
    ends_on: date
    systems: int
    left: int
    steps: Sequence[OpenStep]
    missing: Sequence[tuple[str, str]]


class Found(NamedTuple):
    """The health, and its signs by locale, the worst first."""

    health: Health
    signs: list[dict[str, str]]


def health(course: Course, today: date) -> Found:
    """How the wave does on a day."""
    if not course.left:
        return Found(Health.ON_TRACK, [])
    blocked = [
        _worded(HELD, {"system": step.system, "reason": step.held}, step.name)
        for step in course.steps
        if step.held is not None
    ]
    if course.begun:
        blocked += [_worded(MISSING, {"system": system, "needed": needed}) for system, needed in course.missing]
    late = [
        _worded(LATE, {"system": step.system, "day": step.due_on}, step.name)
        for step in course.steps
        if step.due_on < today
    ]
    if course.ends_on < today:
        late.insert(0, _worded(OVER, {"day": course.ends_on, "left": course.left, "all": course.systems}))
    worst = Health.BLOCKED if blocked else Health.LAGGING if late else Health.ON_TRACK
    return Found(worst, [*blocked[:NAMED], *late[:NAMED]])


def _worded(message: str, params: dict[str, object], name: dict[str, str] | None = None) -> dict[str, str]:
    return {
        locale: fill(translator(locale), message, params if name is None else {**params, "name": name[locale]})
        for locale in LOCALES
    }
