"""How waves are made, from a directory of policies: `waves.yaml`.

    rules = load(directory)              # raises ConfigurationError with every problem
    rules, problems = read(directory)

A directory without the file has the shipped rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from cloudctl.domain.waves import Listing, Stage, WaveRules
from cloudctl.messages import mark
from cloudctl.policy.documents import Form, read_form, refuse
from cloudctl.policy.schema import Problem

FILE = "waves.yaml"
FORM = Form(
    schema="waves",
    message=mark("It does not have the form of a rule for waves: {detail}"),
    way_out=mark("See the comments of the shipped policies/waves.yaml."),
)
NONE = WaveRules(
    version=0, days=1, systems=1, vcpu=1, memory_mib=1, usual_vcpu=0, usual_memory_mib=0, steps=()
)  # what is given with any problem


def load(directory: Path) -> WaveRules:
    """The rules of `directory`; raises ConfigurationError that lists every problem."""
    rules, found = read(directory)
    refuse(
        found,
        directory,
        mark("The rules for waves in {directory} cannot be used; `cloudctl policies check` says the same:\n{problems}"),
    )
    return rules


def read(directory: Path) -> tuple[WaveRules, list[Problem]]:
    """The rules, and what is wrong with them."""
    found: list[Problem] = []
    written = read_form(directory, FILE, FORM, found)
    if written is not None:
        found.extend(_misplaced(written))
    if found or written is None:
        return NONE, found
    room, usual = written["room"], written["usual"]
    return (
        WaveRules(
            version=written["version"],
            days=written["days"],
            systems=room["systems"],
            vcpu=room["vcpu"],
            memory_mib=room["memory_mib"],
            usual_vcpu=usual["vcpu"],
            usual_memory_mib=usual["memory_mib"],
            steps=msgspec.convert(written["steps"], tuple[Stage, ...]),
            listing=msgspec.convert(written.get("cases", {}), Listing),
        ),
        [],
    )


def _misplaced(written: dict[str, Any]) -> Iterator[Problem]:
    """Steps due after the wave, or before the step that they follow."""
    steps = written["steps"]
    for number, step in enumerate(steps):
        if step["by_day"] > written["days"]:
            yield Problem(
                file=FILE,
                path=f"$.steps[{number}].by_day",
                message="Day {day} is after the wave's last one, {days}.",
                way_out="Make the wave longer, or the step due earlier.",
                params={"day": str(step["by_day"]), "days": str(written["days"])},
            )
    for number, (one, other) in enumerate(pairwise(steps), 1):
        if other["by_day"] < one["by_day"]:
            yield Problem(
                file=FILE,
                path=f"$.steps[{number}].by_day",
                message="It is due before the step that it follows.",
                way_out="Put the steps in the order of their days.",
            )
