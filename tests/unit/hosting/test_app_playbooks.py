"""The seven playbooks of applications take the same: what differs is which of it they need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

ROLES = Path(__file__).parents[3] / "playbooks" / "roles"
NEEDS = {
    "deploy_app": set(),
    "upgrade_app": {"previous_version"},
    "roll_back_app": {"previous_version"},
    "back_up_app": {"repository"},
    "forget_backups": {"repository", "forget"},
    "restore_app": {"repository", "snapshot"},
    "retire_app": set(),
}
ALWAYS = {"code", "blueprint", "version", "instance", "address", "port"}


def options(playbook: str) -> dict[str, Any]:
    text = (ROLES / playbook / "meta" / "argument_specs.yml").read_text("utf-8")
    return dict(yaml.safe_load(text)["argument_specs"]["main"]["options"])


@pytest.mark.parametrize("playbook", NEEDS)
def test_it_takes_what_all_take_and_needs_its_own(playbook: str) -> None:
    taken, shared = options(playbook), options("deploy_app")
    assert taken["app_secrets"]["no_log"] is True
    asked = taken["apps"]["options"]
    assert {name: each["type"] for name, each in asked.items()} == {
        name: each["type"] for name, each in shared["apps"]["options"].items()
    }
    assert {name for name, each in asked.items() if each.get("required")} == ALWAYS | NEEDS[playbook]


@pytest.mark.parametrize("playbook", NEEDS)
def test_it_begins_says_how_it_failed_and_ends(playbook: str) -> None:
    (play,) = yaml.safe_load((ROLES / playbook / "tasks" / "main.yml").read_text("utf-8"))
    parts = [task["ansible.builtin.include_role"].get("tasks_from") for task in play["block"]]
    assert (parts[0], parts[-1]) == ("begin", "end")
    assert [task["ansible.builtin.include_role"]["tasks_from"] for task in play["rescue"]] == ["failed"]
    assert play["vars"] == {"app_act": playbook}
