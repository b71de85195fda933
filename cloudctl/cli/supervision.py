"""`cloudctl supervision`: time limits that run, cards, and excuses (电子监察)."""

from __future__ import annotations

from typing import Any

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.fields import body_of, options
from cloudctl.cli.groups import Verb, Verbs
from cloudctl.cli.nouns import all_option, key, limit_option, say_more, version_option
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.words import _

DUE = ("number", "step", "due_on", "days_left", "frozen_until", "provisional", "card", "department", "title")
CARDS = ("colour", "number", "step", "due_on", "department", "told", "given_at", "excuse", "id")
LIMITS = ("kind", "step", "promised", "statutory")

supervision = Verbs("supervision", help=_("Time limits: what is due, cards, excuses."))


@supervision.command("due", cls=Verb)
@options("step", "kind", "department_id", "order_id", "card", "due_on", "days_left", "provisional")
@limit_option
@all_option
@formatted
def due(*, form: Form, most: int, everything: bool, **filters: Any) -> None:
    """List what runs against a limit, the nearest end first."""
    api = connect()
    rows, _more = api.rows("/supervision/due", body_of(api, filters), None)
    nearest = sorted(rows, key=lambda row: (row["frozen_until"] or row["due_on"], row["number"]))
    form.rows(nearest if everything else nearest[:most], DUE)
    if len(nearest) > most and not everything:
        say_more()


@supervision.command("cards", cls=Verb)
@options("colour", "step", "department_id", "order_id", "due_on")
@limit_option
@all_option
@formatted
def cards(*, form: Form, most: int, everything: bool, **filters: Any) -> None:
    """List warnings, yellow and red cards, newest first."""
    api = connect()
    rows, more = api.rows("/supervision/cards", body_of(api, filters), None if everything else most)
    form.rows(rows, CARDS)
    if more:
        say_more()


@supervision.command("limits", cls=Verb)
@formatted
def limits(*, form: Form) -> None:
    """List the limits in force: working days by kind of order and step."""
    form.rows(connect().get("/supervision/limits").data, LIMITS)


@supervision.command("excuse", cls=Verb)
@key
@click.option("--reason", required=True, help=_("The reason; it goes on record."))
@version_option
@formatted
def excuse(*, form: Form, key: str, reason: str, version: int | None) -> None:
    """Explain a card away, on record; it stays on the list with the reason."""
    where = item("/supervision/cards", key)
    form.record(connect().post(f"{where}/excuse", {"reason": reason}, version=version).data)
