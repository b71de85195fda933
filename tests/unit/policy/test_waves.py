from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from cloudctl.domain.errors import ConfigurationError
from cloudctl.policy import waves
from cloudctl.policy.registry import shipped

WRITTEN: dict[str, Any] = yaml.safe_load((shipped() / waves.FILE).read_text(encoding="utf-8"))


def directory(tmp_path: Path, **changes: Any) -> Path:
    (tmp_path / waves.FILE).write_text(yaml.safe_dump(WRITTEN | changes), encoding="utf-8")
    return tmp_path


def test_the_shipped_rules_and_those_of_a_directory_without_the_file(tmp_path: Path) -> None:
    assert waves.load(shipped()) == waves.load(tmp_path)
    rules = waves.load(shipped())
    assert rules.steps[-1].by_day <= rules.days
    assert {step.kind.value for step in rules.steps} == {"approve", "manual", "playbook", "verify"}


def test_when_a_late_step_is_listed_is_said_or_usual(tmp_path: Path) -> None:
    said = waves.read(directory(tmp_path, cases={"after_days": 2, "days": 7}))[0].listing
    assert (said.after_days, said.days) == (2, 7)
    without = {name: value for name, value in WRITTEN.items() if name != "cases"}
    (tmp_path / waves.FILE).write_text(yaml.safe_dump(without), encoding="utf-8")
    assert waves.load(tmp_path).listing == waves.load(shipped()).listing


def step(**changes: Any) -> dict[str, Any]:
    return {"name": {"en": "x", "zh_CN": "x"}, "kind": "manual", "role": "operator", "by_day": 1, **changes}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"days": 0}, "$.days"),
        ({"days": 5}, "$.steps[2].by_day"),
        ({"room": {"systems": 0, "vcpu": 1, "memory_mib": 1}}, "$.room.systems"),
        ({"steps": []}, "$.steps"),
        ({"steps": [step(kind="dance")]}, "$.steps[0].kind"),
        ({"steps": [step(role="auditor")]}, "$.steps[0].role"),
        ({"steps": [step(name={"en": "x"})]}, "$.steps[0].name"),
        ({"steps": [step(by_day=4), step(by_day=3)]}, "$.steps[1].by_day"),
        ({"cases": {"after_days": 0, "days": 1}}, "$.cases.after_days"),
        ({"cases": {"after_days": 1}}, "$.cases"),
        ({"more": 1}, "$"),
    ],
)
def test_each_mistake_is_named_with_its_place_and_way_out(tmp_path: Path, changes: dict[str, Any], path: str) -> None:
    rules, found = waves.read(directory(tmp_path, **changes))
    assert rules == waves.NONE
    assert path in {problem.path for problem in found}
    assert all(problem.way_out for problem in found)
    with pytest.raises(ConfigurationError):
        waves.load(tmp_path)
