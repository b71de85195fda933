"""`cloudctl systems duplicates`: systems that may be one under two names."""

from __future__ import annotations

import click

from cloudctl.cli.client import connect
from cloudctl.cli.groups import Verbs
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.words import _

COLUMNS = ("score", "first", "first_name", "second", "second_name", "signs")
LEAST = 70


def duplicates_verb(group: Verbs) -> None:
    """Gives the group of systems its verb `duplicates`."""

    @group.command("duplicates")
    @click.option(
        "--least", type=click.IntRange(1, 100), default=LEAST, show_default=True,
        help=_("Only pairs with at least so many of 100 points."),
    )  # fmt: skip
    @formatted
    def run(*, form: Form, least: int) -> None:
        """List pairs that may be one system under two names, each with the signs that speak for it."""
        rows = connect().get("/systems/duplicates", {"least": least}).data
        form.rows([{**row, "signs": " ".join(row["signs"])} for row in rows] if form.is_table else rows, COLUMNS)
