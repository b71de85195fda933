"""How often applications are backed up, from a directory of policies: `backups.yaml`.

    plans = load(directory)              # raises ConfigurationError with every problem
    plans, problems = read(directory)

A directory without the file has the shipped plans.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from cloudctl.domain.backup_plans import BackupPlans
from cloudctl.messages import mark
from cloudctl.policy.documents import Form, read_form, refuse
from cloudctl.policy.schema import Problem

FILE = "backups.yaml"
FORM = Form(
    schema="backup_plans",
    message=mark("It does not have the form of plans for backups: {detail}"),
    way_out=mark("See the comments of the shipped policies/backups.yaml."),
)
NONE = BackupPlans(version=0, plans=())  # what is given with any problem


def load(directory: Path) -> BackupPlans:
    """The plans of `directory`; raises ConfigurationError that lists every problem."""
    plans, found = read(directory)
    refuse(
        found,
        directory,
        mark(
            "The plans for backups in {directory} cannot be used; `cloudctl policies check` says the same:\n{problems}"
        ),
    )
    return plans


def read(directory: Path) -> tuple[BackupPlans, list[Problem]]:
    """The plans, and what is wrong with them."""
    found: list[Problem] = []
    written = read_form(directory, FILE, FORM, found)
    if written is not None:
        last = written["plans"][-1]
        if last["blueprints"] or last["from_mlps"] > 1:
            found.append(
                Problem(
                    file=FILE, path=f"$.plans[{len(written['plans']) - 1}]",
                    message=mark("The last plan does not fit every application."),
                    way_out=mark("Add one without blueprints, from MLPS level 1, at the end."), params={},
                )
            )  # fmt: skip
    if found or written is None:
        return NONE, found
    return msgspec.convert(written, BackupPlans), []
