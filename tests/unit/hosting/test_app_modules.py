"""The modules for applications that can be asked without a host."""

from __future__ import annotations

import doctest
import importlib.util
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

LIBRARY = Path(__file__).parents[3] / "playbooks" / "library"
APP = {
    "instance": "odaudit",
    "address": "Data.example",
    "backends": [{"name": "web-1"}, {"name": "web-2", "drained": True}],
}
HEAD = "# pxname,svname,scur,status,check_status,check_code,\n"


def module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, LIBRARY / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def test_examples_of_the_rotation() -> None:
    assert doctest.testmod(module("app_rotation")).failed == 0


@pytest.mark.parametrize(
    ("rows", "first", "second"),
    [
        ("app_data.example,web-1,0,UP,L7OK,200,\napp_data.example,web-2,0,DRAIN,L7OK,200,\n", "well", "drained"),
        ("app_data.example,web-1,3,UP,L7OK,200,\napp_data.example,web-2,1,DRAIN,L7OK,200,\n", "well", "draining"),
        ("app_data.example,web-1,0,DOWN,L4TOUT,,\n", "does not answer its check: L4TOUT", "unknown"),
        ("app_data.example,web-1,0,DOWN 1/2,L7OK,200,\n", "unknown", "unknown"),
        ("app_data.example,web-1,0,UP,* L7OK,200,\n", "unknown", "unknown"),
        ("app_other.example,web-1,0,UP,L7OK,200,\n", "unknown", "unknown"),
    ],
)  # fmt: skip
def test_what_hosts_are_in_rotation(rows: str, first: str, second: str) -> None:
    found = module("app_rotation").rotation([APP], HEAD + rows)
    assert found == {"odaudit": {"web-1": first, "web-2": second}}


def test_what_was_debians_own_stays_so_when_it_comes_back() -> None:
    whose = module("app_backups").whose

    def kept(uid: int, gid: int) -> tuple[int, int]:
        there: Any = os.stat_result((0o100644, 1, 1, 1, uid, gid, 0, 0, 0, 0))
        return whose(there, 4711, 4712)

    assert kept(0, 33) == (0, 33)  # root's file for the web server
    assert kept(999, 998) == (4711, 4712)  # the instance's own, by its number on another host
    assert kept(999, 33) == (4711, 33)
