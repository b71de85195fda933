"""When something is a shadow system, from a directory of policies: `shadows.yaml`.

    rules = load(directory)              # raises ConfigurationError with every problem
    rules, problems = read(directory)

A directory without the file has the shipped rules.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from cloudctl.domain.shadows import ShadowRules
from cloudctl.messages import mark
from cloudctl.policy.documents import Form, read_form, refuse
from cloudctl.policy.schema import Problem

FILE = "shadows.yaml"
FORM = Form(
    schema="shadows",
    message=mark("It does not have the form of a rule for shadow systems: {detail}"),
    way_out=mark("See the comments of the shipped policies/shadows.yaml."),
)
NONE = ShadowRules(
    version=0, unknown_hours=1, sweep_days=1, former_days=1, usual_ports=frozenset(), usual_processes=frozenset(),
    duplicate_points=100,
)  # fmt: skip


def load(directory: Path) -> ShadowRules:
    """The rules of `directory`; raises ConfigurationError that lists every problem."""
    rules, found = read(directory)
    refuse(
        found,
        directory,
        mark(
            "The rules for shadow systems in {directory} cannot be used; `cloudctl policies check` says the same:\n"
            "{problems}"
        ),
    )
    return rules


def read(directory: Path) -> tuple[ShadowRules, list[Problem]]:
    """The rules, and what is wrong with them."""
    found: list[Problem] = []
    written = read_form(directory, FILE, FORM, found)
    if found or written is None:
        return NONE, found
    return msgspec.convert(written, ShadowRules), []
