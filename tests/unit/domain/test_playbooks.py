"""Arguments are checked as Ansible would, before anything is on record; every refusal names the argument."""

from __future__ import annotations

from typing import Any

import pytest

from cloudctl.domain.errors import Invalid
from cloudctl.domain.playbooks import Approval, Argument, Playbook, Repeat

PLAYBOOK = Playbook(
    name="deploy_app",
    summary={},
    changes=True,
    repeat=Repeat.SAFE,
    approval=Approval.NONE,
    timeout_minutes=5,
    owner="hosting",
    arguments=(
        Argument(name="level", type="int", choices=(2, 3)),
        Argument(name="on", type="bool"),
        Argument(name="share", type="float"),
        Argument(name="title", required=True),
        Argument(name="anything", type="raw"),
        Argument(name="password", secret=True, required=True),
        Argument(
            name="apps", type="list", elements="dict",
            options=(Argument(name="code", required=True), Argument(name="port", type="int"),
                     Argument(name="key", secret=True)),
        ),
        Argument(name="names", type="list", elements="str", choices=("a", "b")),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    "given",
    [
        {"title": "x"},
        {"title": 7, "level": "3", "on": "yes", "share": "0.5", "anything": [{}]},
        {"title": "x", "apps": [{"code": "A", "port": 80}, {"code": "B"}], "names": ["a", "b"]},
        {"title": "x", "level": None},
    ],
)
def test_what_ansible_takes_is_taken(given: dict[str, Any]) -> None:
    PLAYBOOK.check(given)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "arguments.title"),
        ({"title": "x", "title2": "x"}, "arguments.title2"),
        ({"title": ["x"]}, "arguments.title"),
        ({"title": "x", "level": "high"}, "arguments.level"),
        ({"title": "x", "level": 4}, "arguments.level"),
        ({"title": "x", "level": 2.5}, "arguments.level"),
        ({"title": "x", "level": True}, "arguments.level"),
        ({"title": "x", "on": "perhaps"}, "arguments.on"),
        ({"title": "x", "share": {}}, "arguments.share"),
        ({"title": "x", "password": "hunter2"}, "arguments.password"),
        ({"title": "x", "apps": {}}, "arguments.apps"),
        ({"title": "x", "apps": ["A"]}, "arguments.apps[0]"),
        ({"title": "x", "apps": [{"code": "A"}, {}]}, "arguments.apps[1].code"),
        ({"title": "x", "apps": [{"code": "A", "key": "hunter2"}]}, "arguments.apps[0].key"),
        ({"title": "x", "apps": [{"code": "A"}, {"code": "B", "door": 1}]}, "arguments.apps[1].door"),
        ({"title": "x", "names": ["a", "c"]}, "arguments.names"),
    ],
)
def test_what_it_would_not_take_is_named(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        PLAYBOOK.check(given)
    assert refused.value.field == field
    assert refused.value.way_out
    assert "hunter2" not in str(refused.value)
