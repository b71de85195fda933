"""`cloudctl letters`: the numbered official letters, as they were issued."""

from __future__ import annotations

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.nouns import Noun, key
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.papers import print_letter
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

LETTERS = Noun(
    "letters",
    columns=("number", "kind", "order", "department", "title", "issued_at"),
    filters=("kind", "order_id", "department_id", "number"),
    single=False,
    shown=lambda row: {**row, "title": in_my_language(row["title"])},
)

letters = LETTERS.group(_("Official letters: acceptance, refusal, supplement, decision."))
letters.add_command(print_letter)


@letters.command("show")
@key
@formatted
def show(*, form: Form, key: str) -> None:
    """Show one, word for word."""
    api = connect()
    letter = api.get(item("/letters", resolve(api, "letters", key))).data
    if form.is_table:
        click.echo(in_my_language(letter["content"]))
    else:
        form.record(letter)
