"""`cloudctl playbooks`: what operations can have carried out, and the arguments that each takes."""

from __future__ import annotations

import click

from cloudctl.cli.client import connect
from cloudctl.cli.groups import Verb, Verbs
from cloudctl.cli.labels import label
from cloudctl.cli.nouns import Row
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.words import _

COLUMNS = ("playbook", "summary", "changes_hosts", "repeat", "approval", "timeout_minutes", "owner")
ARGUMENTS = ("argument", "argument_type", "needed", "usual", "choices", "meaning")

playbooks = Verbs("playbooks", help=_("Playbooks that can be run: list, show their arguments."))


@playbooks.command("list", cls=Verb)
@formatted
def list_playbooks(*, form: Form) -> None:
    """List them by name."""
    rows = connect().get("/playbooks").data
    form.rows([_shown(row) for row in rows] if form.is_table else rows, COLUMNS)


@playbooks.command("show", cls=Verb)
@click.argument("name", metavar="NAME", help=_("Its name, as the list shows it."))
@formatted
def show(*, form: Form, name: str) -> None:
    """Show one with the arguments that it takes."""
    found = connect().get(f"/playbooks/{name}").data
    if not form.is_table:
        form.record(found)
        return
    form.record(_shown(found), COLUMNS)
    click.echo()
    form.rows([_argument(one) for one in found["arguments"]], ARGUMENTS)


def _shown(row: Row) -> Row:
    told = {"playbook": row["name"], "changes_hosts": row["changes"], "repeat": label(row["repeat"])}
    return {**row, **told, "approval": label(f"approval_{row['approval']}")}


def _argument(one: Row) -> Row:
    kind = one["type"] if not one["elements"] else f"{one['type']} ({one['elements']})"
    return {
        "argument": one["name"], "argument_type": kind, "needed": one["required"], "usual": one["default"],
        "choices": ", ".join(map(str, one["choices"])),
        "meaning": _("A secret: cloudctl secrets set.") if one["secret"] else one["summary"],
    }  # fmt: skip
