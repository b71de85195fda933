"""Every command's help, by walking the Click tree."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import click

from tests.docs.markdown import ROOT
from tests.docs.reference.tables import page

INTRODUCTION = """\
Every command takes `-h`. Codes and numbers do wherever an id is asked for (`cloudctl orders show 2026-000017`).
`-o json|yaml|csv` prints what the API said, for programs; `--columns` chooses fields by their names in the API.
`cloudctl --context NAME COMMAND` speaks to another server, or as somebody else."""

WIDTH = 100


def render() -> str:
    """The help of all commands, made in a process of its own: the language is fixed before anything is imported."""
    environment = os.environ | {"CLOUDCTL_LANG": "en", "PYTHONPATH": str(ROOT)}
    made = subprocess.run(
        [sys.executable, "-m", __name__], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return made.stdout


def _sections(command: click.Command, above: click.Context | None, name: str) -> Iterator[str]:
    ctx = click.Context(
        command, info_name=name, parent=above, max_content_width=WIDTH, terminal_width=WIDTH, **command.context_settings
    )
    level = min(len(ctx.command_path.split()), 3)
    yield f"{'#' * (level + 1)} {ctx.command_path}\n\n```text\n{command.get_help(ctx).rstrip()}\n```"
    if isinstance(command, click.Group):
        for below in command.list_commands(ctx):
            found = command.get_command(ctx, below)
            assert found is not None, below
            yield from _sections(found, ctx, below)


def _write() -> None:
    from cloudctl.cli.main import PROGRAM, _speak, root

    _speak()
    sys.stdout.write(page("Command line", INTRODUCTION, *_sections(root(), None, PROGRAM)))


if __name__ == "__main__":
    _write()
