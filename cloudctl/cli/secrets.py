"""`cloudctl secrets`: passwords and keys of hosts, systems and applications (密钥). None is ever shown."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from cloudctl.cli.client import Client, connect, item
from cloudctl.cli.groups import Verb
from cloudctl.cli.nouns import Noun, key
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

SECRETS = Noun(
    "secrets",
    columns=("owner_kind", "owner_id", "name", "generation", "set_at", "handed_at", "department", "id"),
    filters=("owner_kind", "owner_id", "department_id", "name"),
    single=False,
    joined=("department",),
)
OWNERS = {"host": "hosts", "system": "systems", "app": "apps"}

secrets = SECRETS.group(_("Secrets, write-only: list, set, rotate, remove, seal anew."))


@secrets.command("set", cls=Verb)
@click.argument("name", help=_("Its name: small letters, digits and underscores."))
@click.option("--host", help=_("Of this host: id or name."))
@click.option("--system", help=_("Of this system: id or code."))
@click.option("--app", help=_("Of this application: id or code."))
@click.option(
    "--from-file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("The file with the value; without it the value is asked for, or read from standard input."),
)
@formatted
def set_secret(*, form: Form, name: str, path: Path | None, **owners: str | None) -> None:
    """Set a secret, or another value of it. The value stands in no argument: others see those."""
    api = connect()
    kind, owner = _owner(api, owners)
    body = {"owner_kind": kind, "owner_id": owner, "name": name, "value": _value(path)}
    form.record(api.put(SECRETS.path, body).data)


@secrets.command("rotate", cls=Verb)
@key
@formatted
def rotate(*, form: Form, key: str) -> None:
    """Make another value at random; the playbook that brings it to the host comes after."""
    form.record(connect().post(f"{item(SECRETS.path, key)}/rotate").data)


@secrets.command("remove", cls=Verb)
@key
@formatted
def remove(*, form: Form, key: str) -> None:
    """Take a secret off the record."""
    form.record(connect().delete(item(SECRETS.path, key)).data)


@secrets.command("reseal", cls=Verb)
@formatted
def reseal(*, form: Form) -> None:
    """Seal what an older master key sealed under the current one; again it changes nothing."""
    form.record(connect().post(f"{SECRETS.path}/reseal").data)


def _owner(api: Client, owners: dict[str, str | None]) -> tuple[str, str]:
    given = [(kind, name) for kind, name in owners.items() if name is not None]
    if len(given) != 1:
        raise click.UsageError(_("Whose is it? Give one of --host, --system and --app."))
    kind, name = given[0]
    return kind, resolve(api, OWNERS[kind], name)


def _value(path: Path | None) -> Any:
    if path is not None:
        return path.read_text(encoding="utf-8")
    if sys.stdin.isatty():
        return click.prompt(_("Value"), hide_input=True, confirmation_prompt=True)
    return sys.stdin.read().removesuffix("\n")
