"""Every playbook declares its arguments, stands in the catalogue, and is named by a verb and a noun."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.unit.playbooks.trees import MINE, PLAYBOOKS, ROLES, read

CATALOGUE: dict[str, Any] = read(PLAYBOOKS / "catalogue.yaml")["playbooks"]
NAMES = sorted(path.stem for path in PLAYBOOKS.glob("*.yml") if isinstance(read(path), list))
VERBS = {
    "back", "balance", "baseline", "collect", "decommission", "deploy", "forget", "migrate", "patch", "quarantine",
    "release", "restore", "retire", "roll", "upgrade",
}  # fmt: skip
SYSTEMS = ("Debian", "RedHat", "openEuler", "Kylin")
WITH_DATA = sorted({path.parent for path in ROLES.glob("*/vars/*.yml") if path.stem in SYSTEMS})


def options(name: str) -> dict[str, Any]:
    told: dict[str, Any] = read(ROLES / name / "meta" / "argument_specs.yml")["argument_specs"]["main"]["options"]
    return told


def test_those_of_operations_are_there() -> None:
    assert set(MINE) <= set(NAMES)
    assert set(CATALOGUE) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_name_is_a_verb_and_a_noun(name: str) -> None:
    verb, _, noun = name.partition("_")
    assert verb in VERBS
    assert noun


@pytest.mark.parametrize("name", NAMES)
def test_catalogue_says_what_ansible_does_not(name: str) -> None:
    told = CATALOGUE[name]
    assert set(told) == {"summary", "changes", "repeat", "approval", "timeout_minutes", "owner"}
    assert re.search(r"[\u4e00-\u9fff]", told["summary"]["zh_CN"])
    assert told["summary"]["en"]
    assert told["repeat"] in {"safe", "unsafe"}
    assert told["approval"] in {"none", "office"}
    assert told["owner"] in {"operations", "hosting"}


@pytest.mark.parametrize("name", MINE)
def test_playbook_is_for_targets_alone(name: str) -> None:
    plays = read(PLAYBOOKS / f"{name}.yml")
    assert plays[0]["hosts"] == "targets"
    assert all(play["hosts"] in {"targets", *GROUPED} for play in plays)


GROUPED = {f"patch_ring_{ring}" for ring in ("canary", "early", "broad")} | {"migrate_system_to"}


@pytest.mark.parametrize("name", MINE)
def test_arguments_are_declared_under_the_playbooks_name(name: str) -> None:
    for argument, told in options(name).items():
        assert argument.startswith(f"{name}_")
        assert told["type"]
        assert told["description"]


@pytest.mark.parametrize("name", MINE)
def test_defaults_are_those_that_are_declared(name: str) -> None:
    file = ROLES / name / "defaults" / "main.yml"
    defaults = read(file) if file.exists() else {}
    declared = options(name)
    assert defaults.keys() <= declared.keys()
    for argument, value in defaults.items():
        if "default" in declared[argument]:
            assert value == declared[argument]["default"]


@pytest.mark.parametrize("folder", WITH_DATA, ids=lambda path: path.parent.name)
def test_systems_have_the_same_data(folder: Path) -> None:
    debian = read(folder / "Debian.yml")
    for system in SYSTEMS:
        data = read(folder / f"{system}.yml")
        assert data.keys() == debian.keys(), system
        for key, value in debian.items():
            if isinstance(value, dict):
                assert data[key].keys() == value.keys(), f"{system}: {key}"


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_could_not_be_tried_says_so(system: str) -> None:
    told = read(ROLES / "os_data" / "vars" / f"{system}.yml")["os_data_tried"]
    assert told.startswith("Not tried") == (system != "Debian")


@pytest.mark.parametrize("name", NAMES)
def test_arguments_are_checked_before_anything_is_done(name: str) -> None:
    assert read(ROLES / name / "meta" / "argument_specs.yml")["argument_specs"]["main"]["short_description"]
