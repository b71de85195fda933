"""The terminal that plays the pages notices what is wrong with them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.docs.terminals import Terminal, missing


def play(folder: Path, page: str) -> int:
    with Terminal(folder, {"PATH": os.environ["PATH"]}) as terminal:
        return terminal.play(page)


def console(*lines: str) -> str:
    return "\n".join(["```console", *lines, "```", ""])


def test_variables_and_files_live_on(tmp_path: Path) -> None:
    saved = "```yaml form.yaml\nname: oa\n```\n"
    typed = console("$ NAME=$(cat form.yaml)", "$ echo $NAME \\", "> twice", "name: oa twice")
    assert play(tmp_path, saved + typed) == 2


def test_a_page_may_ask_for_an_exit_code(tmp_path: Path) -> None:
    assert play(tmp_path, console("$ (exit 7)", "$ echo $?", "7")) == 2


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (console("$ echo one", "two"), "lacks: two"),
        (console("$ echo one", "one", "one"), "lacks: one"),
        (console("$ (exit 3)"), "exit code 3"),
        (console("nothing typed"), "without a command"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, page: str, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        play(tmp_path, page)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"(?s)lacks: two.*exit code 3"):
        play(tmp_path, console("$ echo one", "two", "$ (exit 3)"))


@pytest.mark.parametrize(
    ("expected", "output", "lacking"),
    [
        (["Name  State", "a  active"], "Name   State\na      active\n", None),
        (["b … on", "a"], "a\nb 1 2 on\n", None),
        (["…", "a"], "a\n", None),
        (["a", "a"], "a\n", "a"),
        (["a.c"], "abc\n", "a.c"),
    ],
)
def test_missing(expected: list[str], output: str, lacking: str | None) -> None:
    assert missing(expected, output) == lacking
