"""`cloudctl db upgrade | check`: the schema of the platform's own database."""

from __future__ import annotations

import click

from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.groups import Verbs
from cloudctl.cli.local.installation import opened, settings_with
from cloudctl.cli.local.serve import tell_first_token
from cloudctl.cli.words import _

db = Verbs("db", help=_("Bring the database up to date, or check it."))


@db.command("upgrade")
def upgrade() -> None:
    """Bring the database up to date; on an empty one make the first administrator."""
    with opened(settings_with()) as app:
        tell_first_token(app.prepare())
        click.echo(_("The database is up to date."))


@db.command("check")
def check() -> None:
    """Compare the database with what this version expects; changes nothing."""
    with opened(settings_with()) as app:
        differences = app.differences()
    for line in differences:
        click.echo(line)
    if differences:
        raise Failure(_("The database is not up to date.\n  Run: cloudctl db upgrade"), Exit.SERVER)
    click.echo(_("The database is up to date."))
