"""`cloudctl deputies`: who acts for whom, and when. As a deputy: `cloudctl --act-for LOGIN ...`."""

from __future__ import annotations

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.fields import options
from cloudctl.cli.nouns import Noun
from cloudctl.cli.words import _

DEPUTIES = Noun(
    "deputies",
    columns=("principal", "deputy", "starts_at", "ends_at", "revoked_at", "reason", "id"),
    filters=("principal", "deputy", "department_id"),
    required=("deputy", "starts_at", "ends_at", "reason"),
    optional=("principal",),
    single=False,
)

deputies = DEPUTIES.group(_("Who acts for whom, from when until when."))


@deputies.command("revoke")
@click.argument("appointment", metavar="ID", help=_("The appointment's id."))
@options("reason")
def revoke(appointment: str, reason: str | None) -> None:
    """End an appointment now."""
    connect().delete(item("/deputies", appointment), {"reason": reason})
    click.echo(_("Revoked."))
