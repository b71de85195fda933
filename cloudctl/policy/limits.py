"""The time limits of a directory of policies: `limits.yaml`, working days by kind of order and step.

    timetable = load(directory)              # raises ConfigurationError with every problem
    timetable, problems = read(directory)

A directory without the file has the shipped limits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import msgspec

from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.limits import NO_LIMITS, Limit, OrderKind, Step, Timetable
from cloudctl.policy.registry import read_document, shipped
from cloudctl.policy.schema import Problem

FILE = "limits.yaml"


def load(directory: Path) -> Timetable:
    """The limits of `directory`; raises ConfigurationError that lists every problem."""
    timetable, found = read(directory)
    if found:
        raise ConfigurationError(
            "The time limits in {directory} cannot be used; `cloudctl policies check` says the same:\n{problems}",
            directory=str(directory),
            problems="\n".join(map(str, found)),
        )
    return timetable


def read(directory: Path) -> tuple[Timetable, list[Problem]]:
    """The limits, and what is wrong with them; with any problem no limit is given."""
    home = directory if (directory / FILE).is_file() else shipped()
    found: list[Problem] = []
    written = read_document(home / FILE, home, found)
    if written is not None:
        found.extend(problems(written))
    if found or written is None:
        return NO_LIMITS, found
    return Timetable(msgspec.convert(written["kinds"], dict[OrderKind, dict[Step, Limit]]), written["basis"]), []


def problems(written: dict[str, Any]) -> list[Problem]:
    """What the schema finds, and every promise that is longer than its limit."""
    errors = sorted(_validator().iter_errors(written), key=lambda error: error.json_path)
    if errors:
        return [
            Problem(
                file=FILE,
                path=error.json_path,
                message="It does not have the form of a limit: {detail}",
                way_out="Write whole working days from 1 for every step of every kind of order.",
                params={"detail": error.message},
            )
            for error in errors
        ]
    return list(_broken_promises(written["kinds"]))


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


@cache
def _validator() -> jsonschema.Draft202012Validator:
    text = resources.files("cloudctl.policy").joinpath("limits.schema.json").read_text(encoding="utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))
