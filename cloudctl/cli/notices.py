"""`cloudctl notices`: the outbox."""

from __future__ import annotations

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.nouns import Noun, acting, key
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.tables import rows_table
from cloudctl.cli.words import _

NOTICES = Noun(
    "notices",
    columns=("created_at", "channel", "recipient", "template", "state", "attempts", "sent_at", "last_error", "id"),
    filters=("state", "channel", "recipient", "order_id", "account_id"),
    single=False,
)

notices = NOTICES.group(_("Messages to people, sent and waiting."))


@notices.command("show")
@key
@formatted
def show(*, form: Form, key: str) -> None:
    """Show one, with every attempt to send it."""
    found = connect().get(item("/notices", key)).data
    if not form.is_table:
        form.record(found)
        return
    attempts = found.pop("attempts")
    form.record(found)
    if attempts:
        click.echo()
        click.echo(rows_table(attempts, ("at", "seconds", "error")))


acting(notices, "/notices", "retry", _("Have one sent again that was given up."))
