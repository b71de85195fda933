"""`cloudctl login | logout | contexts | me`: which server, and who you are to it.

A token is never given as an argument, where the process list would show it: it is asked for, or read from a file or
the standard input.
"""

from __future__ import annotations

import sys
from contextlib import closing
from typing import IO

import click

from cloudctl.cli import contexts as kept
from cloudctl.cli.client import Client, connect
from cloudctl.cli.connections import is_exposed
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.groups import Verb, Verbs
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.words import _

contexts = Verbs("contexts", help=_("The servers that you are logged in to."))


@click.command("login", cls=Verb)
@click.argument("url", default="http://127.0.0.1:8420", help=_("http://, https:// or unix:///path of the server."))
@click.option("--name", default=kept.DEFAULT_NAME, show_default=True, help=_("What to call this context."))
@click.option(
    "--token-file", type=click.File("r", encoding="ascii"), help=_("Read the token there; `-` is the standard input.")
)
@click.option(
    "--ca-file",
    type=click.Path(exists=True, dir_okay=False, resolve_path=True),
    help=_("The authority of the server's certificate (PEM)."),
)
def login(url: str, name: str, token_file: IO[str] | None, ca_file: str | None) -> None:
    """Log in to a server with a token, and keep both for the next commands."""
    if is_exposed(url):
        click.echo(
            _("Careful: {url} carries the token readable over the network. Use https.").format(url=url), err=True
        )
    target = kept.Target(url, _token(token_file), ca_file)
    with closing(Client(target)) as api:
        person = api.get("/me").data
    kept.save(name, target)
    click.echo(
        _("Logged in to {url} as {login} ({roles}).").format(
            url=url, login=person["name"], roles=", ".join(person["roles"])
        )
    )


@click.command("logout", cls=Verb)
@click.argument("name", required=False, help=_("The context; by default the one in use."))
def logout(name: str | None) -> None:
    """Forget a server and its token. The token itself lives on: `cloudctl tokens revoke` ends it."""
    click.echo(_("Forgot {name}.").format(name=kept.forget(name)))


@contexts.command("list")
@formatted
def list_contexts(*, form: Form) -> None:
    """List the servers that you are logged in to."""
    content = kept.read()
    rows = [
        {"name": name, "url": target.url, "current": name == content["current"]}
        for name, target in kept.targets(content).items()
    ]
    form.rows(rows, ("name", "url", "current"))


@contexts.command("use")
@click.argument("name", help=_("The context."))
def use(name: str) -> None:
    """Put a context in use for the next commands."""
    kept.use(name)


@click.command("me", cls=Verb)
@formatted
def me(*, form: Form) -> None:
    """Who you are to the server, and what you may do."""
    form.record(connect().get("/me").data)


def _token(file: IO[str] | None) -> str:
    """The token from a file, the standard input, or a hidden prompt; never empty, never of several words."""
    if file is not None:
        token = file.read()
    elif sys.stdin.isatty():
        token = click.prompt(_("Token"), hide_input=True)
    else:
        token = sys.stdin.readline()
    if len(token.split()) != 1:
        raise Failure(_("That is not a token."), Exit.USAGE)
    return str(token.strip())
