"""`cloudctl ratings`: what applicants say of delivered orders (好差评), and what the office answers."""

from __future__ import annotations

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.nouns import Noun, Row, version_option
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.words import _

# A rating that is given is no opinion: people read another word than for the state of that.
WORDS = {"given": "rated"}


def for_people(row: Row) -> Row:
    """A rating as a table shows it."""
    return {**row, "state": WORDS.get(row["state"], row["state"])}


RATINGS = Noun(
    "ratings",
    columns=("number", "department", "mark", "state", "reason", "answer_due", "answered_at", "id"),
    filters=("department_id", "order_id", "mark", "state"),
    joined=("department",),
    shown=for_people,
)

ratings = RATINGS.group(_("What applicants say of delivered orders; what the office answers."))


@ratings.command("answer")
@click.argument("rating", metavar="ID", help=_("The rating's id."))
@click.option("--answer", required=True, help=_("What the office answers; the department is told."))
@version_option
@formatted
def answer(*, form: Form, rating: str, answer: str, version: int | None) -> None:
    """Answer a rating; a bad one is owed an answer within five working days."""
    told = connect().post(item("/ratings", rating) + "/answer", {"answer": answer}, version=version).data
    form.record(for_people(told) if form.is_table else told)


@ratings.command("summary")
@formatted
def summary(*, form: Form) -> None:
    """Count the marks, the share of good ones (4 and 5), and the answers that are owed."""
    form.record(connect().get("/ratings/summary").data)
