"""Deciding on many orders at once: which ones, with which words, and the table of results.

What people write:

    cloudctl orders reject --from list.csv --reason "..."
    cloudctl orders approve --filter state=in_review --filter zone=extranet --dry-run
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from cloudctl.cli.client import Client
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.fields import body_of
from cloudctl.cli.output import Command, Form
from cloudctl.cli.words import _

PIECE = 100  # rows a request: the bar moves, and a lost connection costs little
COLUMNS = ("order", "number", "outcome", "state", "detail", "way_out")
FILTERS = {"department": "department_id", "system": "system_id"}

Row = dict[str, Any]


def choosing(command: Command) -> Command:
    """The options that name many orders: IDs, --from, --filter, and --dry-run."""
    for decorate in (
        click.option(
            "--from", "file", type=click.Path(exists=True, dir_okay=False),
            help=_("A list of orders: text, CSV or XLSX."),
        ),
        click.option("--filter", "filters", metavar="KEY=VALUE", multiple=True, help=_("All orders with this field.")),
        click.option("--dry-run", is_flag=True, help=_("Say what would come of it, and keep nothing.")),
        click.argument("keys", metavar="[ID]...", nargs=-1, help=_("Ids, or the numbers that the list shows.")),
    ):  # fmt: skip
        command = decorate(command)
    return command


def chosen(api: Client, keys: Iterable[str], file: str | None, filters: Iterable[str]) -> list[Row]:
    """The rows that are meant, each once in the order of naming; raises UsageError when that is none."""
    rows = [{"order": key} for key in keys]
    if file is not None:
        from cloudctl.cli.listings import read_rows  # noqa: PLC0415 - only who has a list reads files

        rows += list(read_rows(file))
    if asked := dict(map(_pair, filters)):
        found, _more = api.rows("/orders", body_of(api, asked), None)
        rows += [{"order": order["number"]} for order in found]
    if not rows:
        raise click.UsageError(_("Name orders: their ids, --from FILE or --filter KEY=VALUE."))
    return rows


def decide(api: Client, form: Form, verb: str, rows: list[Row], words: Row, *, dry_run: bool) -> None:
    """Sends the rows piece by piece and prints a result for each; raises Failure when one was refused."""
    from cloudctl.cli.progress import counted  # noqa: PLC0415 - only batches show this bar

    asked = [{**words, **row} for row in rows]
    results: list[Row] = []
    try:
        with counted(len(asked)) as advance:
            for start in range(0, len(asked), PIECE):
                piece = asked[start : start + PIECE]
                body = {"verb": verb, "rows": piece, "dry_run": dry_run}
                results += api.post("/orders/decisions", body).data["rows"]
                advance(len(piece))
    finally:
        _show(form, results)
    refused = sum(not row["ok"] for row in results)
    if refused:
        said = _("{refused} of {all} orders were refused; the others are done.")
        if dry_run:
            said = _("{refused} of {all} orders would be refused. Nothing was kept.")
        raise Failure(said.format(refused=refused, all=len(results)), Exit.CONFLICT)
    if form.is_table:
        said = _("Nothing was kept: this was a dry run.") if dry_run else _("All {all} orders are done.")
        click.echo(said.format(all=len(results)))


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    key = FILTERS.get(key.strip(), key.strip())
    if not equals or key not in {"state", "zone", "cloud", "number", *FILTERS.values()}:
        raise click.UsageError(
            _("{text} is not KEY=VALUE with state, zone, cloud, number, department or system.").format(text=text)
        )
    return key, value.strip()


def _show(form: Form, results: list[Row]) -> None:
    outcomes = [{**row, "outcome": "success" if row["ok"] else "failure"} for row in results]
    if results:
        form.rows(outcomes if form.is_table else results, COLUMNS if form.is_table else tuple(results[0]))
