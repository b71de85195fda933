"""What is asked of Prometheus, from a directory of policies: `series.yaml`.

    sets = load(directory)               # raises ConfigurationError with every problem
    sets, problems = read(directory)

A directory without the file has the shipped queries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from string import Template
from typing import Any

import msgspec

from cloudctl.domain.metrics import USE, Metric
from cloudctl.messages import mark
from cloudctl.policy.documents import Form, read_form, refuse
from cloudctl.policy.schema import Problem

FILE = "series.yaml"
FORM = Form(
    schema="series",
    message=mark("It does not have the form of queries for telemetry: {detail}"),
    way_out=mark("See the comments of the shipped policies/series.yaml."),
)
OVER_TIME = frozenset({"step", "window"})
AT_THE_END = frozenset({"step", "day"})


class By(StrEnum):
    """What the value of a label is."""

    KEY = "key"
    NATIVE = "native"
    ADDRESS = "address"
    NAME = "name"


class ServerLabel(msgspec.Struct, frozen=True):
    """A label that names a server."""

    label: str
    by: By


class SeriesQuery(msgspec.Struct, frozen=True):
    """One PromQL expression, with its placeholders."""

    metric: Metric
    query: str

    def filled(self, *, step_s: int, window_s: int, day_s: int) -> str:
        """The expression as it is sent."""
        return Template(self.query).substitute(step=f"{step_s}s", window=f"{window_s}s", day=f"{day_s}s")


class SeriesSet(msgspec.Struct, frozen=True):
    """Queries that belong together, and how their series are taken for servers."""

    name: str
    servers: tuple[ServerLabel, ...]
    queries: tuple[SeriesQuery, ...]


def load(directory: Path) -> Mapping[str, SeriesSet]:
    """The sets of `directory` by name; raises ConfigurationError that lists every problem."""
    sets, found = read(directory)
    refuse(
        found,
        directory,
        mark(
            "The queries for telemetry in {directory} cannot be used; `cloudctl policies check` says the same:\n"
            "{problems}"
        ),
    )
    return sets


def read(directory: Path) -> tuple[Mapping[str, SeriesSet], list[Problem]]:
    """The sets by name, and what is wrong with them."""
    found: list[Problem] = []
    written = read_form(directory, FILE, FORM, found)
    if written is not None:
        found.extend(_wrong(written))
    if found or written is None:
        return {}, found
    return {each.name: each for each in msgspec.convert(written["sets"], list[SeriesSet])}, []


def _wrong(written: dict[str, Any]) -> Iterator[Problem]:
    """Sets of one name, and placeholders that a query cannot have."""
    for name, count in Counter(each["name"] for each in written["sets"]).items():
        if count > 1:
            yield Problem(
                file=FILE,
                path="$.sets",
                message="The set {name} stands there twice.",
                way_out="Give each set a name of its own.",
                params={"name": name},
            )
    for number, each in enumerate(written["sets"]):
        for place, asked in enumerate(each["queries"]):
            allowed = OVER_TIME if Metric(asked["metric"]) in USE else AT_THE_END
            template = Template(asked["query"])
            if not template.is_valid() or not set(template.get_identifiers()) <= allowed:
                yield Problem(
                    file=FILE,
                    path=f"$.sets[{number}].queries[{place}].query",
                    message="It has a placeholder that is not filled here.",
                    way_out="Use {allowed} only; a dollar sign itself is written twice.",
                    params={"allowed": ", ".join(f"${name}" for name in sorted(allowed))},
                )
