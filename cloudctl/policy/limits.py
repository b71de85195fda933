"""The time limits of a directory of policies: `limits.yaml`, working days by kind of order and step.

    timetable = load(directory)              # raises ConfigurationError with every problem
    timetable, problems = read(directory)

A directory without the file has the shipped limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from cloudctl.domain.limits import NO_LIMITS, Limit, OrderKind, Step, Timetable
from cloudctl.messages import mark
from cloudctl.policy.documents import Form, read_form, refuse
from cloudctl.policy.schema import Problem

FILE = "limits.yaml"
FORM = Form(
    schema="limits",
    message=mark("It does not have the form of a limit: {detail}"),
    way_out=mark("Write whole working days from 1 for every step of every kind of order."),
)


def load(directory: Path) -> Timetable:
    """The limits of `directory`; raises ConfigurationError that lists every problem."""
    timetable, found = read(directory)
    refuse(
        found,
        directory,
        mark("The time limits in {directory} cannot be used; `cloudctl policies check` says the same:\n{problems}"),
    )
    return timetable


def read(directory: Path) -> tuple[Timetable, list[Problem]]:
    """The limits, and what is wrong with them; with any problem no limit is given."""
    found: list[Problem] = []
    written = read_form(directory, FILE, FORM, found)
    if written is not None:
        found.extend(_broken_promises(written["kinds"]))
    if found or written is None:
        return NO_LIMITS, found
    return Timetable(msgspec.convert(written["kinds"], dict[OrderKind, dict[Step, Limit]]), written["basis"]), []


def _broken_promises(kinds: dict[str, dict[str, dict[str, int]]]) -> Iterator[Problem]:
    for kind, steps in kinds.items():
        for step, limit in steps.items():
            if limit["promised"] > limit["statutory"]:
                yield Problem(
                    file=FILE,
                    path=f"$.kinds.{kind}.{step}",
                    message="{promised} promised days are more than the {statutory} that the law allows.",
                    way_out="Promise as many or fewer.",
                    params={name: str(days) for name, days in limit.items()},
                )
