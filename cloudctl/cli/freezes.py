"""`cloudctl freezes`: windows in which builds, changes, releases, patches or campaigns are not begun."""

from __future__ import annotations

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.fields import options
from cloudctl.cli.nouns import Noun
from cloudctl.cli.words import _

FREEZES = Noun(
    "freezes",
    columns=("name", "starts_at", "ends_at", "binds", "zones", "cancelled_at", "id"),
    filters=("name",),
    required=("name", "starts_at", "ends_at", "binds", "reason"),
    optional=("zones",),
    single=False,
)

freezes = FREEZES.group(_("Freeze windows, in which builds and changes wait."))


@freezes.command("cancel")
@click.argument("freeze", metavar="ID", help=_("The window's id."))
@options("reason")
def cancel(freeze: str, reason: str | None) -> None:
    """End a window now, or take back one to come."""
    connect().delete(item("/freezes", freeze), {"reason": reason})
    click.echo(_("Cancelled."))
