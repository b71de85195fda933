"""`cloudctl apps backups`: backups of applications, and what could not be brought back."""

from __future__ import annotations

import click

from cloudctl.cli.app_words import said
from cloudctl.cli.client import connect
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.groups import Verb
from cloudctl.cli.nouns import Row, all_option, limit_option, say_more
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.words import _

BACKUPS = ("app", "taken_at", "cause_of_backup", "release", "size_bytes", "state", "verified_at", "keep_until", "id")
UNRESTORABLE = ("code", "name", "department", "backup_plan", "reason", "last_test")


@click.command("backups", cls=Verb)
@click.option(
    "--unrestorable", is_flag=True, help=_("What could not be brought back, or was never proven to be, and why.")
)
@limit_option
@all_option
@formatted
def backups(*, form: Form, unrestorable: bool, most: int, everything: bool) -> None:
    """List the backups of applications, newest first."""
    api = connect()
    if unrestorable:
        found = api.get("/app-backups/unrestorable").data
        if not form.is_table:
            form.record(found)
            return
        form.rows([_lacking(row) for row in found["unrestorable"]], UNRESTORABLE)
        count = len(found["unrestorable"])
        click.echo(_("{count} of {all} applications.").format(count=count, all=found["looked_at"]), err=True)
        return
    rows, more = api.rows("/app-backups", {}, None if everything else most)
    form.rows([_shown(row) for row in rows] if form.is_table else rows, BACKUPS)
    if more:
        say_more()


def _lacking(row: Row) -> Row:
    told = {name: in_my_language(row[name]) for name in ("reason", "last_test")}
    return {**row, "backup_plan": row["plan"], **told}


def _shown(row: Row) -> Row:
    return {**row, "cause_of_backup": said(row["cause"]), "state": said(row["state"])}
