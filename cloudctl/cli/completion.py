"""`cloudctl completion`: what a shell needs to complete commands and options."""

from __future__ import annotations

import click

from cloudctl.cli.groups import Verb
from cloudctl.cli.words import _

SHELLS = ("bash", "zsh", "fish")


@click.command("completion", cls=Verb)
@click.argument("shell", type=click.Choice(SHELLS), help=_("The shell."))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell; `eval "$(cloudctl completion bash)"` in ~/.bashrc puts it to use."""
    from click.shell_completion import get_completion_class  # noqa: PLC0415 - only this command needs it

    root = ctx.find_root()
    program = str(root.info_name)
    complete = get_completion_class(shell)
    assert complete is not None
    click.echo(complete(root.command, {}, program, f"_{program.upper()}_COMPLETE").source())
