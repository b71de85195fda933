"""The policies about zombie systems, from a directory of policies: `zombies/*.yaml`.

    policies = load(directory)              # by name; raises ConfigurationError with every problem
    policies, problems = read(directory)
    policy, problems = read_file(file)      # one that is only tried

A directory without the folder has the shipped ones. None is used that leaves nobody time to object, or that would act
without data: what it must keep to at least stands in FLOORS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from cloudctl.domain.zombies import ZombiePolicy
from cloudctl.messages import mark
from cloudctl.policy.documents import Form, read_form, refuse
from cloudctl.policy.registry import shipped
from cloudctl.policy.schema import Problem

FOLDER, DEFAULT = "zombies", "default"
FORM = Form(
    schema="zombies",
    message=mark("It does not have the form of a policy about zombies: {detail}"),
    way_out=mark("See the comments of the shipped policies/zombies/default.yaml."),
)
NEVER_CLEARED = ("standby", "disaster_recovery", "dev_test")
NO_GRACE = mark("{given} leaves nobody time to object: a policy without a grace period is not used.")
NO_DATA = mark("{given} would act on machines of which next to nothing is known: no data is not idle.")
TOO_SOON = mark("{given} is less than {floor}: a month is enough to ask, and not to switch off.")
FLOORS: dict[tuple[str, str], tuple[float, str]] = {
    ("windows", "least_age_days"): (30, NO_DATA),
    ("windows", "window_days"): (30, NO_DATA),
    ("windows", "least_coverage"): (0.8, NO_DATA),
    ("windows", "ask_after_idle_days"): (30, TOO_SOON),
    ("windows", "off_after_idle_days"): (60, TOO_SOON),
    ("windows", "least_days_asked"): (30, NO_GRACE),
    ("windows", "ask_again_after_days"): (30, NO_GRACE),
    ("windows", "powered_off_days"): (30, TOO_SOON),
    ("clock", "answer_working_days"): (15, NO_GRACE),
    ("clock", "answer_working_days_without_owner"): (30, NO_GRACE),
    ("clock", "quarantine_days"): (30, NO_GRACE),
    ("clock", "backup_days"): (180, NO_GRACE),
}
"""The least that each figure may be, and what is said of less."""


def load(directory: Path) -> dict[str, ZombiePolicy]:
    """The policies of `directory` by name; raises ConfigurationError that lists every problem."""
    policies, found = read(directory)
    refuse(
        found,
        directory,
        mark(
            "The policies about zombies in {directory} cannot be used; `cloudctl policies check` says the same:\n"
            "{problems}"
        ),
    )
    return policies


def read(directory: Path) -> tuple[dict[str, ZombiePolicy], list[Problem]]:
    """The policies that are sound, by name, and what is wrong with the others."""
    home = directory if (directory / FOLDER).is_dir() else shipped()
    found: list[Problem] = []
    policies: dict[str, ZombiePolicy] = {}
    for file in sorted((home / FOLDER).glob("*.yaml")):
        policy = _policy(home, f"{FOLDER}/{file.name}", found)
        if policy is not None:
            policies[policy.name] = policy
    if not policies and not found:
        found.append(
            Problem(
                file=FOLDER,
                path="$",
                message=mark("There is no policy."),
                way_out=mark("Put one *.yaml file a policy there."),
            )
        )
    return policies, found


def read_file(file: Path) -> tuple[ZombiePolicy | None, list[Problem]]:
    """The policy of one file anywhere; None with its problems."""
    found: list[Problem] = []
    return _policy(file.parent, file.name, found), found


def _policy(home: Path, name: str, found: list[Problem]) -> ZombiePolicy | None:
    written = read_form(home, name, FORM, found)
    if written is None:
        return None
    problems = [*_misnamed(name, written), *_rash(name, written), *_contrary(name, written)]
    found.extend(problems)
    return None if problems else msgspec.convert(written, ZombiePolicy)


def _misnamed(file: str, written: Mapping[str, Any]) -> Iterator[Problem]:
    if written["name"] != Path(file).stem:
        yield Problem(
            file=file, path="$.name", message=mark("{name} is not the file's name."),
            way_out=mark("Give both the same name."), params={"name": written["name"]},
        )  # fmt: skip


def _rash(file: str, written: Mapping[str, Any]) -> Iterator[Problem]:
    """Figures below their floor, and purposes that are cleared although they are never."""
    for (section, name), (floor, why) in FLOORS.items():
        yield from _below(file, f"$.{section}.{name}", written[section][name], floor, why)
    for purpose, profile in written["purposes"].items():
        path = f"$.purposes.{purpose}"
        if "off_after_idle_days" in profile:
            least = written["windows"]["off_after_idle_days"]
            yield from _below(file, f"{path}.off_after_idle_days", profile["off_after_idle_days"], least, TOO_SOON)
        if purpose in NEVER_CLEARED and profile["cleared"]:
            yield Problem(
                file=file, path=f"{path}.cleared",
                message=mark("Machines that stand by, or for development and tests, are reported and not cleared."),
                way_out=mark("Write false."),
            )  # fmt: skip


def _below(file: str, path: str, given: float, floor: float, why: str) -> Iterator[Problem]:
    if given < floor:
        params = {"given": f"{given:g}", "floor": f"{floor:g}"}
        yield Problem(file=file, path=path, message=why, way_out=mark("Write {floor} or more."), params=params)


def _contrary(file: str, written: Mapping[str, Any]) -> Iterator[Problem]:
    """Figures that contradict each other."""
    windows = written["windows"]
    ends = {case["ends"] for case in written["cases"]}
    if "switched_off" not in ends or ends == {"switched_off"}:
        yield Problem(
            file=file, path="$.cases", message=mark("They show one side only."),
            way_out=mark("Add a machine that is switched off, and one that is not."),
        )  # fmt: skip
    if windows["ask_after_idle_days"] > windows["off_after_idle_days"]:
        yield Problem(
            file=file, path="$.windows.ask_after_idle_days", message=mark("Nobody is asked before it is switched off."),
            way_out=mark("Ask earlier, or switch off later."),
        )  # fmt: skip
