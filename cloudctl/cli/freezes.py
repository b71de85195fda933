"""`cloudctl freezes`: windows in which builds, changes, releases, patches or campaigns are not begun.

cloudctl freezes check --act patches --zone dmz && ansible-playbook patch.yml
"""

from __future__ import annotations

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.fields import options
from cloudctl.cli.nouns import Noun
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.words import _

ACTS = ("orders", "resizes", "releases", "patches", "campaigns")
CLEARANCE = ("zones", "passed", "open_until", "next_freeze")
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


@freezes.command("check")
@click.option(
    "--act",
    type=click.Choice(ACTS),
    required=True,
    help=_("What is to begin: orders, resizes, releases, patches or campaigns."),
)
@click.option("--zone", "zones", multiple=True, help=_("A zone in which it is to begin; without any: everywhere."))
@click.option("--emergency", metavar="REASON", help=_("Go on in an open window, as an operator; it goes on record."))
@formatted
def check(*, form: Form, act: str, zones: tuple[str, ...], emergency: str | None) -> None:
    """Ask whether something may begin now: exit code 0, or 4 while a window forbids it."""
    api = connect()
    if emergency is None:
        found = api.get("/freezes/check", {"act": act, "zone": list(zones)}).data
    else:
        found = api.post("/freezes/exceptions", {"act": act, "zones": list(zones), "reason": emergency}).data
    form.record(found, CLEARANCE)
