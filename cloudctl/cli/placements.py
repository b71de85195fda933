"""`cloudctl placements`: which cloud serves which items of an order, and why."""

from __future__ import annotations

from typing import IO, Any

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.forms import show_placements
from cloudctl.cli.groups import Verbs
from cloudctl.cli.orders import written
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

placements = Verbs("placements", help=_("Which cloud serves which items of an order, and why."))


@placements.command("explain")
@click.argument("key", metavar="ORDER", required=False, help=_("Its id or number."))
@click.option(
    "-f", "--form", "file", type=click.File("r", encoding="utf-8"),
    help=_("An order as YAML or JSON that is not on record; nothing is written."),
)  # fmt: skip
@formatted
def explain(*, form: Form, key: str | None, file: IO[str] | None) -> None:
    """Say which cloud serves which items, with a reason for every cloud that was looked at.

    Of a draft and of a form: which would, if it were handed in now.
    """
    if (key is None) == (file is None):
        raise click.UsageError(_("Give an order, or a form with --form."))
    api = connect()
    if file is not None:
        found = _of_form(api.post("/orders/check", written(api, file)).data)
    else:
        found = api.get(item("/orders", resolve(api, "orders", str(key))) + "/placements").data
    if not form.is_table:
        form.plain(found)
        return
    if not found["decided"]:
        click.echo(_("Not decided yet: this is what would be chosen now."))
    show_placements(found["placements"])


def _of_form(checked: dict[str, Any]) -> dict[str, Any]:
    return {"cloud": checked["cloud"], "decided": False, "placements": checked["placements"]}
