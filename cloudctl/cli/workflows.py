"""`cloudctl workflows`: builds under way, and the operator's three ways on from a parked one."""

from __future__ import annotations

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.nouns import Noun, acting
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.tables import rows_table
from cloudctl.cli.words import _

WORKFLOWS = Noun(
    "workflows",
    columns=("id", "saga", "status", "created_at", "updated_at", "attempts", "error"),
    filters=("saga", "status"),
    single=False,
)

workflows = WORKFLOWS.group(_("Builds under way: list, show, retry, resume, roll back."))


@workflows.command("show")
@click.argument("workflow", metavar="ID", help=_("The workflow's id: the order's id, a colon, the attempt."))
@formatted
def show(*, form: Form, workflow: str) -> None:
    """Show one, with the steps that have ended."""
    found = connect().get(item("/workflows", workflow)).data
    form.record(found)
    if form.is_table and found.get("steps"):
        click.echo()
        click.echo(rows_table(found["steps"], ("index", "name", "output", "error", "completed_at")))


acting(workflows, "/workflows", "retry", _("Let a parked build go on from the step that stopped."), "reason")
acting(workflows, "/workflows", "resume", _("Put a stranded workflow back into its queue."))
acting(workflows, "/workflows", "rollback", _("Have everything undone that a parked build has made."), "reason")
