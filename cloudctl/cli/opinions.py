"""`cloudctl opinions`: what specialists say to an accepted order, until the decision."""

from __future__ import annotations

from typing import Any

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.nouns import Noun, key
from cloudctl.cli.output import Decorator, Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

OPINIONS = Noun(
    "opinions",
    columns=("number", "specialist", "state", "verdict", "conditions", "words", "giver", "due_at"),
    filters=("order_id", "specialist", "state", "verdict", "department_id"),
    single=False,
)
SPECIALISTS = ("network", "security", "capacity", "budget")
VERDICTS = ("agree", "agree_with_conditions", "object")
_SPECIALIST: Decorator = click.option(
    "--as", "specialist", type=click.Choice(SPECIALISTS),
    help=_("The field that you speak for, if it is not the only one."),
)  # fmt: skip
_REASON: Decorator = click.option("--reason", help=_("The reason; it goes on record."))

opinions = OPINIONS.group(_("Opinions of the specialists on accepted orders."))


@opinions.command("give")
@key
@click.option("--verdict", type=click.Choice(VERDICTS), required=True, help=_("What it comes to."))
@_SPECIALIST
@click.option("--condition", "conditions", multiple=True, help=_("A condition; once for each."))
@click.option("--words", default="", help=_("The words of the opinion; an objection needs them."))
@formatted
def give(
    *, form: Form, key: str, verdict: str, specialist: str | None, conditions: tuple[str, ...], words: str
) -> None:
    """Give an opinion on an order."""
    api = connect()
    body: dict[str, Any] = {"verdict": verdict, "conditions": list(conditions), "words": words}
    where = item("/orders", resolve(api, "orders", key))
    form.record(api.post(f"{where}/opinions", body | ({"specialist": specialist} if specialist else {})).data)


@opinions.command("withdraw")
@key
@click.option(
    "--as", "specialist", type=click.Choice(SPECIALISTS), required=True, help=_("The field that you speak for.")
)
@_REASON
def withdraw(*, key: str, specialist: str, reason: str | None) -> None:
    """Take an opinion back, until the decision."""
    api = connect()
    where = item("/orders", resolve(api, "orders", key))
    api.delete(f"{where}/opinions/{specialist}", {"reason": reason})
    click.echo(_("Withdrawn."))


@opinions.command("ask")
@key
@click.option("--of", "specialist", type=click.Choice(SPECIALISTS), required=True, help=_("Whom to ask."))
@_REASON
@formatted
def ask(*, form: Form, key: str, specialist: str, reason: str | None) -> None:
    """Ask one more specialist about an accepted order."""
    api = connect()
    where = item("/orders", resolve(api, "orders", key))
    form.record(api.post(f"{where}/opinions/ask", {"specialist": specialist, "reason": reason}).data)
