"""No policy is used that leaves nobody time to object, or that would act without data."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.purposes import Purpose
from cloudctl.governance.zombies.trials import run_cases
from cloudctl.messages import translator
from cloudctl.policy import zombies
from cloudctl.policy.registry import shipped

FILE = f"{zombies.FOLDER}/{zombies.DEFAULT}.yaml"
WRITTEN: dict[str, Any] = yaml.safe_load((shipped() / FILE).read_text(encoding="utf-8"))
DROPPED = object()


def changed(path: str, value: Any) -> dict[str, Any]:
    """The shipped policy with one value replaced, or dropped."""
    written = deepcopy(WRITTEN)
    *sections, last = path.split(".")
    place = written
    for section in sections:
        place = place[section]
    if value is DROPPED:
        del place[last]
    else:
        place[last] = value
    return written


def put(directory: Path, written: Any, name: str = "default") -> Path:
    (directory / zombies.FOLDER).mkdir(exist_ok=True)
    (directory / zombies.FOLDER / f"{name}.yaml").write_text(yaml.safe_dump(written), encoding="utf-8")
    return directory


def test_the_shipped_policy_and_that_of_a_directory_without_the_folder(tmp_path: Path) -> None:
    assert zombies.load(shipped()) == zombies.load(tmp_path)
    policy = zombies.load(shipped())[zombies.DEFAULT]
    assert set(policy.purposes) == set(Purpose), "every purpose has its profile"
    assert {purpose for purpose, profile in policy.purposes.items() if not profile.cleared} == {
        Purpose.STANDBY, Purpose.DISASTER_RECOVERY, Purpose.DEV_TEST,
    }  # fmt: skip


def test_every_case_beside_the_shipped_policy_goes_as_it_says() -> None:
    for policy in zombies.load(shipped()).values():
        assert [(trial.case.name, trial.ended) for trial in run_cases(policy)] == [
            (case.name, case.ends) for case in policy.cases
        ]


def test_a_second_policy_stands_beside_the_first(tmp_path: Path) -> None:
    put(put(tmp_path, WRITTEN), WRITTEN | {"name": "slow"}, "slow")
    assert set(zombies.load(tmp_path)) == {"default", "slow"}


@pytest.mark.parametrize(("section", "name"), sorted(zombies.FLOORS))
def test_less_than_the_floor_is_refused(tmp_path: Path, section: str, name: str) -> None:
    floor, why = zombies.FLOORS[section, name]
    less = floor - (0.01 if isinstance(floor, float) else 1)
    found = zombies.read(put(tmp_path, changed(f"{section}.{name}", less)))[1]
    (problem,) = [one for one in found if one.path == f"$.{section}.{name}"]
    assert problem.file == FILE
    assert problem.message == why
    assert problem.params["floor"] == f"{floor:g}"
    assert translator("zh_CN")(problem.way_out)


@pytest.mark.parametrize(
    ("path", "value", "where", "said"),
    [
        ("clock", DROPPED, "$", "clock"),
        ("clock.quarantine_days", DROPPED, "$.clock", "quarantine_days"),
        ("clock.quarantine_days", 0, "$.clock.quarantine_days", "grace"),
        ("clock.answer_working_days", 0, "$.clock.answer_working_days", "grace"),
        ("windows.least_days_asked", 0, "$.windows.least_days_asked", "grace"),
        ("windows.least_coverage", 0, "$.windows.least_coverage", "no data"),
        ("windows.least_coverage", 1.2, "$.windows.least_coverage", "maximum"),
        ("windows.window_days", 7, "$.windows.window_days", "no data"),
        ("windows.off_after_idle_days", 30, "$.windows.off_after_idle_days", "not to switch off"),
        ("windows.ask_after_idle_days", 90, "$.windows.ask_after_idle_days", "asked before"),
        ("windows.off_after_idle_days", "soon", "$.windows.off_after_idle_days", "integer"),
        ("windows.speed", 9, "$.windows", "speed"),
        ("thresholds.cpu_percent", 60, "$.thresholds.cpu_percent", "maximum"),
        ("thresholds.cpu_percent", 0, "$.thresholds.cpu_percent", "minimum"),
        ("thresholds.network_mib", -1, "$.thresholds.network_mib", "minimum"),
        ("thresholds.network_mib", DROPPED, "$.thresholds", "network_mib"),
        ("rhythms.return_factor", 0.5, "$.rhythms.return_factor", "minimum"),
        ("rhythms.longest_wait_days", 90, "$.rhythms.longest_wait_days", "minimum"),
        ("purposes.standby.cleared", True, "$.purposes.standby.cleared", "reported"),
        ("purposes.batch.off_after_idle_days", 31, "$.purposes.batch.off_after_idle_days", "not to switch off"),
        ("purposes.decoration", {"cleared": True}, "$.purposes", "decoration"),
        ("caps.per_day", 0, "$.caps.per_day", "minimum"),
        ("caps", DROPPED, "$", "caps"),
        ("name", "other", "$.name", "file's name"),
        ("delete_at_once", True, "$", "delete_at_once"),
        ("cases", [], "$.cases", "too short"),
        ("cases", WRITTEN["cases"][:1] * 2, "$.cases", "one side"),
    ],
)
def test_each_mistake_is_named_with_file_field_and_way_out(
    tmp_path: Path, path: str, value: Any, where: str, said: str
) -> None:
    policies, found = zombies.read(put(tmp_path, changed(path, value)))
    assert policies == {}
    named = [one for one in found if one.path == where and said in str(one)]
    assert named, [str(one) for one in found]
    assert all(one.file == FILE and one.way_out for one in found)
    with pytest.raises(ConfigurationError, match=r"default\.yaml"):
        zombies.load(tmp_path)


def test_a_sound_policy_is_not_used_beside_a_broken_one(tmp_path: Path) -> None:
    put(put(tmp_path, WRITTEN), changed("clock.quarantine_days", 1) | {"name": "hasty"}, "hasty")
    policies, found = zombies.read(tmp_path)
    assert set(policies) == {"default"}
    assert [one.file for one in found] == ["zombies/hasty.yaml"]
    with pytest.raises(ConfigurationError):
        zombies.load(tmp_path)


def test_an_empty_folder_and_a_broken_file_are_said(tmp_path: Path) -> None:
    (tmp_path / zombies.FOLDER).mkdir()
    assert [one.path for one in zombies.read(tmp_path)[1]] == ["$"]
    file = tmp_path / "mine.yaml"
    file.write_text("name: [", encoding="utf-8")
    policy, found = zombies.read_file(file)
    assert policy is None
    assert found[0].file == "mine.yaml"


def test_one_file_anywhere_is_read_by_itself(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(WRITTEN | {"name": "mine"}), encoding="utf-8")
    policy, found = zombies.read_file(file)
    assert found == []
    assert policy is not None
    assert policy.name == "mine"
