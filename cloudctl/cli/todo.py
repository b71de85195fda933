"""`cloudctl todo`: what waits for you, and for those whose deputy you are."""

from __future__ import annotations

import click

from cloudctl.cli.client import connect
from cloudctl.cli.groups import Verb
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.words import _

COLUMNS = ("due_at", "number", "title", "count", "since", "department", "what", "why", "principal")


@click.command("todo", cls=Verb)
@click.option("--limit", type=click.IntRange(1, 500), default=100, show_default=True, help=_("At most so many rows."))
@formatted
def todo(*, form: Form, limit: int) -> None:
    """Show what waits for you, the most urgent first, and why it is yours."""
    form.rows(connect().get("/todo", {"limit": limit}).data, COLUMNS)
