"""`cloudctl maintenance`: planned windows, told to the departments, left out of what counts as down.

cloudctl maintenance plan --name 补丁 --from 2027-03-06T22:00+08:00 --until 2027-03-07T02:00+08:00 --reason 补丁
"""

from __future__ import annotations

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.fields import options
from cloudctl.cli.groups import Verb
from cloudctl.cli.nouns import Noun
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

MAINTENANCE = Noun(
    "maintenance",
    columns=("name", "starts_at", "ends_at", "zones", "reason", "cancelled_at", "id"),
    filters=("name",),
    single=False,
)
maintenance = MAINTENANCE.group(_("Planned maintenance: plan, list, cancel."))


@maintenance.command("plan", cls=Verb)
@click.option("--name", required=True, help=_("What it is called."))
@click.option("--from", "starts_at", required=True, help=_("Its beginning, as 2027-03-06T22:00:00+08:00."))
@click.option("--until", "ends_at", required=True, help=_("Its end, as 2027-03-07T02:00:00+08:00."))
@click.option("--zone", "zones", multiple=True, help=_("Applications of this zone; may be repeated."))
@click.option("--app", "apps", multiple=True, help=_("An application, by its code; may be repeated."))
@click.option("--reason", required=True, help=_("The reason; it goes on record."))
@formatted
def plan(
    *, form: Form, name: str, starts_at: str, ends_at: str, zones: tuple[str, ...], apps: tuple[str, ...], reason: str
) -> None:
    """Plan a window ahead; without a zone or an application it is meant for all of them."""
    api = connect()
    body = {
        "name": name, "starts_at": starts_at, "ends_at": ends_at, "zones": list(zones), "reason": reason,
        "apps": [resolve(api, "apps", code) for code in apps],
    }  # fmt: skip
    form.record(api.post(MAINTENANCE.path, body).data)


@maintenance.command("cancel")
@click.argument("window", metavar="ID", help=_("The window's id."))
@options("reason")
def cancel(window: str, reason: str | None) -> None:
    """End a window now, or take back one to come."""
    connect().delete(item(MAINTENANCE.path, window), {"reason": reason})
    click.echo(_("Cancelled."))
