"""`cloudctl orders form` and `orders import`: the application form as a workbook, fetched and handed in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cloudctl.cli.client import Client, connect
from cloudctl.cli.exits import Failure
from cloudctl.cli.groups import Verb
from cloudctl.cli.output import Decorator, Form, formatted
from cloudctl.cli.words import _

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = ("number", "state", "title", "system", "zone", "rows", "servers")

_FILE: Decorator = click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=_("The filled form, an .xlsx file.")
)
_ON_BEHALF: Decorator = click.option(
    "--on-behalf", metavar=_("DEPARTMENT"), help=_("The code of the department that the office files for (代办).")
)


@click.command("form", cls=Verb)
@click.option(
    "-o", "--output-file", "target", type=click.Path(dir_okay=False, path_type=Path), required=True,
    help=_("Where to write the form, as form.xlsx."),
)  # fmt: skip
@_ON_BEHALF
def order_form(target: Path, on_behalf: str | None) -> None:
    """Fetch the application form, a workbook with drop-downs from the catalogue of today."""
    target.write_bytes(connect().download("/order-form.xlsx", accept=MEDIA, query={"on_behalf": on_behalf}))
    click.echo(_("Written: {path}").format(path=target))


@click.command("import", cls=Verb)
@_FILE
@_ON_BEHALF
@click.option("--submit", is_flag=True, help=_("Hand the orders in at once; without it they are drafts."))
@click.option("--dry-run", is_flag=True, help=_("Check everything and keep nothing."))
@click.option("--again", is_flag=True, help=_("Take the very same file a second time."))
@click.option(
    "--returned", type=click.Path(dir_okay=False, path_type=Path),
    help=_("Where to write the form with its faults marked; by default beside the file."),
)  # fmt: skip
@formatted
def import_orders(
    *, form: Form, file: Path, on_behalf: str | None, submit: bool, dry_run: bool, again: bool, returned: Path | None
) -> None:
    """Create the orders of a filled form: all of them, or none and the faulty cells are marked."""
    api, content = connect(), file.read_bytes()
    asked = {"on_behalf": on_behalf, "submit": _flag(submit), "dry_run": _flag(dry_run), "again": _flag(again)}
    try:
        receipt = api.upload("/orders/import", content, media_type=MEDIA, query=asked).data
    except Failure as failure:
        target = returned or file.with_name(f"{file.stem}-marked.xlsx")
        if _give_back(api, content, target, {"on_behalf": on_behalf, "submit": _flag(submit)}):
            way = _("  Marked: {path}").format(path=target)
            raise Failure(f"{failure.message}\n{way}", failure.code) from None
        raise
    _told(form, receipt)


def _give_back(api: Client, content: bytes, target: Path, query: dict[str, Any]) -> bool:
    """Writes the workbook with its marks; says whether there was something to mark."""
    try:
        marked = api.convert("/orders/import/marked", content, media_type=MEDIA, query=query)
    except (Failure, OSError):  # it is no form at all, or the server is gone: the first answer says so
        return False
    if marked == content:
        return False
    target.write_bytes(marked)
    return True


def _told(form: Form, receipt: dict[str, Any]) -> None:
    """The orders of a receipt; programs get all of it."""
    if form.name in {"json", "yaml"}:
        form.plain(receipt)
        return
    form.rows(receipt["orders"], COLUMNS[2:] if receipt["rehearsal"] and form.is_table else COLUMNS)
    if receipt["rehearsal"]:
        click.echo(_("Nothing was kept: this was a rehearsal."))
    if receipt["lists_changed"]:
        click.echo(_("The catalogue has changed since this form was fetched; fetch a new one for the next."), err=True)


def _flag(given: bool) -> str | None:
    return "true" if given else None
