"""`cloudctl calendars`: working days. Holidays and make-up days come from the official calendar, local days are set."""

from __future__ import annotations

from typing import Any

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.fields import Day, options
from cloudctl.cli.groups import Verb, Verbs
from cloudctl.cli.output import Decorator, Form, formatted
from cloudctl.cli.words import _

COLUMNS = ("day", "works", "source", "words")
_DAY: Decorator = click.argument("day", type=Day(), metavar="DAY", help=_("The date, as 2027-01-31."))

calendars = Verbs("calendars", help=_("Working days: holidays, make-up days, local days."))


@calendars.command("show", cls=Verb)
@click.argument("year", type=int, metavar="YEAR", help=_("The year, as 2027."))
@formatted
def show(*, form: Form, year: int) -> None:
    """Show a year: every day that is not what its weekday says, and the office's own."""
    found: dict[str, Any] = connect().get(item("/calendars", str(year))).data
    if not form.is_table:
        form.record(found)
        return
    form.rows(found["days"], COLUMNS)
    click.echo(_("Working days in {year}: {working_days}.").format(**found))
    if not found["published"]:
        click.echo(_("The official arrangement of {year} is not known yet: this is provisional.").format(**found))


@calendars.command("add", cls=Verb)
@_DAY
@click.option("--works/--free", "works", required=True, help=_("Whether it is a working or a free day."))
@click.option("--words", required=True, help=_("Why; it goes on record."))
@formatted
def add(*, form: Form, day: str, works: bool, words: str) -> None:
    """Make a day a working or a free one. Due dates that were given are only ever moved to a later day."""
    form.record(connect().put(item("/calendars/days", day), {"works": works, "words": words}).data)


@calendars.command("remove", cls=Verb)
@_DAY
@options("reason")
def remove(day: str, reason: str | None) -> None:
    """Take a local day off the record: the official calendar holds again."""
    connect().delete(item("/calendars/days", day), {"reason": reason})
    click.echo(_("Removed."))
