"""`cloudctl demo` as somebody who has just installed it tries it, and what it says to try next."""

from __future__ import annotations

import re
import shlex
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.installation import Installation

NEXT = "Try next:"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def said(town: Installation) -> str:
    """What the demonstration printed."""
    began = time.monotonic()
    words = town.run("demo")
    print(f"cloudctl demo: {time.monotonic() - began:.1f} s")
    return words


def test_the_demonstration_plays_the_whole_story(said: str) -> None:
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", said, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert "100 departments, 600 systems, 1200 servers" in said
    for state in ("submitted", "signed_off", "returned", "approved", "provisioning", "delivered"):
        assert f"[{state}]" in said or f"  {state}  " in said or f"is now: {state}." in said, state
    for trouble in ("[deny] quota-exceeded", "Not found: There is no order", "is switched off; it can be restored"):
        assert trouble in said, trouble


def test_it_is_refused_where_there_is_data_already(town: Installation, said: str) -> None:
    before = sorted(path.name for path in town.data.iterdir())
    refused = town.run("demo", code=2)
    assert str(town.data) in refused
    assert "CLOUDCTL_DATA_DIR" in refused
    assert "Traceback" not in refused
    assert sorted(path.name for path in town.data.iterdir()) == before


def test_the_commands_that_it_names_work(town: Installation, said: str) -> None:
    named = [line.partition("#")[0].strip() for line in said.partition(NEXT)[2].splitlines() if line.strip()]
    serve = named[0]
    assert serve.startswith(f"CLOUDCTL_DATA_DIR={town.data} ")
    env_file = next(Path(line.removeprefix(". ")) for line in named if line.startswith(". "))
    assert env_file.stat().st_mode & 0o077 == 0
    commands = [line for line in named[1:] if "cloudctl " in line]
    assert len(commands) >= 3
    with town.serving("/bin/sh", "-c", f"exec env {serve}"):
        for command in commands:
            assert _in_a_shell(town, f". {shlex.quote(str(env_file))} && {command}"), command
        orders = _in_a_shell(town, f". {shlex.quote(str(env_file))} && {commands[0]}")
        assert orders.count("delivered") == 3


def test_every_person_of_the_story_can_log_in(town: Installation, said: str) -> None:
    files = sorted(town.data.glob("*.env"))
    assert [path.stem for path in files] == [
        "auditor", "head", "neighbour", "office", "officer", "operator", "reviewer"
    ]  # fmt: skip
    with town.process("serve"):
        for path in files:
            told = _in_a_shell(town, f". {shlex.quote(str(path))} && {town.program} me -o json")
            assert f'"name": "{path.stem}"' in told


def _in_a_shell(town: Installation, line: str) -> str:
    """As typed, where the demonstration was started."""
    done = subprocess.run(
        ["/bin/sh", "-c", line], env=town.environment, cwd=town.home, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout
