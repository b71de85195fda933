"""`cloudctl register`: the register taken from other programs."""

from __future__ import annotations

import os

import click

from cloudctl.cli.client import connect
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.groups import Verbs
from cloudctl.cli.labels import label
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.words import _

COLUMNS = ("noun", "rows", "added", "altered", "unchanged")

register = Verbs("register", help=_("The register taken from other programs."))


@register.command("import-netbox")
@click.option("--url", required=True, help=_("The address of NetBox's start page."))
@click.option(
    "--token-env", metavar=_("VARIABLE"), default="NETBOX_TOKEN", show_default=True,
    help=_("The environment variable that has NetBox's token."),
)  # fmt: skip
@click.option("--department", required=True, help=_("The code of whose it becomes what names no tenant of ours."))
@click.option("--dry-run", is_flag=True, help=_("Check everything and keep nothing."))
@formatted
def import_netbox(*, form: Form, url: str, token_env: str, department: str, dry_run: bool) -> None:
    """Put NetBox's sites, racks and devices on record as rooms, racks and devices; what does not pass is named."""
    token = os.environ.get(token_env, "").strip()
    if not token:
        raise Failure(_("The variable {name} has no token.").format(name=token_env), Exit.USAGE)
    body = {"url": url, "token": token, "department": department, "dry_run": dry_run}
    receipt = connect().post("/register-imports/netbox", body).data
    if form.name in {"json", "yaml"}:
        form.plain(receipt)
        return
    form.rows(receipt["nouns"], COLUMNS)
    for part in receipt["nouns"]:
        for one in part["left_out"]:
            click.echo(f"  {label(part['noun'])} {one['code']}: {one['reason']} {one['way_out']}", err=True)
    if receipt["overlapping"]:
        click.echo(
            _("Prefixes in use there lie within our blocks: {prefixes}").format(
                prefixes=", ".join(receipt["overlapping"])
            ),
            err=True,
        )
    if receipt["rehearsal"]:
        click.echo(_("Nothing was kept: this was a rehearsal."))
