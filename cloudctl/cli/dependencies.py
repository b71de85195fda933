"""`cloudctl dependencies`: which system needs which other one."""

from __future__ import annotations

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.nouns import Noun
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.words import _

DEPENDENCIES = Noun(
    "dependencies",
    columns=("system", "on", "kind", "note", "id"),
    filters=("system_id", "on_id", "kind"),
    required=("system_id", "on_id"),
    optional=("kind", "note"),
)

dependencies = DEPENDENCIES.group(_("Which system needs which other one."))


@dependencies.command("remove")
@click.argument("key", metavar="ID", help=_("Its id, as the list shows it."))
@formatted
def remove(*, form: Form, key: str) -> None:
    """Take a dependency off; the history keeps it."""
    form.record(connect().delete(item("/dependencies", key)).data)
