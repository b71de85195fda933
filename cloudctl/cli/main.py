"""The entry point of `cloudctl`: the root of the command table, and how every command ends.

Interrupted from the keyboard: 130, without a traceback. The reader of a pipe gone: quiet. A Failure: its lines and
its code. Whatever Click finds wrong with the command line: 2.
"""

from __future__ import annotations

import gettext
import os
import sys
from typing import NoReturn

import click

from cloudctl.cli.commands import SECTIONS
from cloudctl.cli.contexts import PRINCIPAL
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.groups import Lazy
from cloudctl.cli.words import LOCALE, MEANINGS, _
from cloudctl.messages import DOMAIN, LOCALE_DIR

PROGRAM = "cloudctl"


def _version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        from cloudctl import __version__  # noqa: PLC0415 - only this option needs it

        click.echo(f"{PROGRAM} {__version__}")
        ctx.exit()


def _keep_context(ctx: click.Context, _parameter: click.Parameter, name: str | None) -> str | None:
    ctx.obj = name
    return name


class Root(Lazy):
    """The whole command line; its help page ends with the exit codes."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section(_("Exit codes")):
            formatter.write_dl([(str(int(code)), _(meaning)) for code, meaning in MEANINGS.items()])


def _keep_principal(ctx: click.Context, _parameter: click.Parameter, login: str | None) -> None:
    ctx.meta[PRINCIPAL] = login


def root() -> Root:
    """The root of the table. `ctx.obj` is the name of the context that --context chose, or None."""
    return Root(
        PROGRAM,
        SECTIONS,
        help=_("The shared private cloud of the city's departments, from the command line."),
        context_settings={"help_option_names": ["-h", "--help"]},
        params=[
            click.Option(
                ["--context"], help=_("Which server of `cloudctl contexts` to use."), expose_value=False,
                callback=_keep_context, envvar="CLOUDCTL_CONTEXT",
            ),
            click.Option(
                ["--act-for"], metavar="LOGIN", help=_("Act as the deputy of this person."), expose_value=False,
                callback=_keep_principal,
            ),
            click.Option(
                ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version,
                help=_("Show the version and exit."),
            ),
        ],
    )  # fmt: skip


def run(args: list[str] | None = None) -> Exit:
    """Runs one command and answers its exit code."""
    try:
        root().main(args, prog_name=PROGRAM, standalone_mode=False)
        sys.stdout.flush()
    except Failure as failure:
        click.echo(failure.message, err=True)
        return failure.code
    except click.ClickException as error:
        error.show()
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        return Exit.INTERRUPTED
    except (SystemExit, BrokenPipeError):  # Click exits by itself when it meets a broken pipe, and only then
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # so that the interpreter's own last flush stays quiet
        return Exit.PIPE
    return Exit.OK


def _speak() -> None:
    """Click asks gettext's default domain: ours, in the locale of the process."""
    os.environ["LANGUAGE"] = LOCALE
    gettext.bindtextdomain(DOMAIN, LOCALE_DIR)
    gettext.textdomain(DOMAIN)


def main() -> NoReturn:
    """What the `cloudctl` script calls."""
    _speak()
    sys.exit(run())
