"""`cloudctl exemptions`: rules lifted for a department or one system, with a reason, until a day."""

from __future__ import annotations

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.fields import options
from cloudctl.cli.nouns import Noun
from cloudctl.cli.words import _

EXEMPTIONS = Noun(
    "exemptions",
    columns=("rule", "department", "system", "ends_on", "revoked_at", "reason", "id"),
    filters=("rule", "department_id", "system_id"),
    required=("rule", "department_id", "ends_on", "reason"),
    optional=("system_id",),
    single=False,
    joined=("department", "system"),
)

exemptions = EXEMPTIONS.group(_("Rules lifted for a department or system, until a day."))


@exemptions.command("revoke")
@click.argument("exemption", metavar="ID", help=_("The exemption's id."))
@options("reason")
def revoke(exemption: str, reason: str | None) -> None:
    """End an exemption now."""
    connect().delete(item("/exemptions", exemption), {"reason": reason})
    click.echo(_("Revoked."))
