"""`cloudctl attachments`: files that are handed in with an order."""

from __future__ import annotations

from pathlib import Path

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.nouns import Noun
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

ATTACHMENTS = Noun(
    "attachments",
    columns=("name", "document_number", "stamped_by", "size_bytes", "created_at", "id"),
    filters=("order_id",),
    single=False,
)

attachments = ATTACHMENTS.group(_("Files handed in with an order."))


@attachments.command("add")
@click.argument("order", metavar="ORDER", help=_("The order's number or id."))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=_("The file to hand in."))
@click.option("--document-number", help=_("The number on the document (文号)."))
@click.option("--stamped-by", help=_("Whose stamp it bears."))
@formatted
def add(*, form: Form, order: str, file: Path, document_number: str | None, stamped_by: str | None) -> None:
    """Hand a file in with an order: PDF, OFD, PNG, JPEG or TIFF of at most 20 MiB."""
    api = connect()
    made = api.upload(
        item("/orders", resolve(api, "orders", order)) + "/attachments",
        file.read_bytes(),
        media_type="application/octet-stream",
        query={"name": file.name, "document_number": document_number, "stamped_by": stamped_by},
    ).data
    if form.is_table:
        click.echo(_("{name} is handed in.").format(name=made["name"]))
    else:
        form.record(made)


@attachments.command("get")
@click.argument("attachment", metavar="ID", help=_("The attachment's id."))
@click.option(
    "-o", "--output-file", "target", type=click.Path(dir_okay=False, path_type=Path), required=True,
    help=_("The file to write."),
)  # fmt: skip
def get(attachment: str, target: Path) -> None:
    """Save a file."""
    target.write_bytes(connect().download(item("/attachments", attachment) + "/content"))
    click.echo(_("Written: {path}").format(path=target))


@attachments.command("remove")
@click.argument("attachment", metavar="ID", help=_("The attachment's id."))
@click.option("--reason", help=_("The reason; it goes on record."))
def remove(attachment: str, reason: str | None) -> None:
    """Take a file off an order that is still being written."""
    connect().delete(item("/attachments", attachment), {"reason": reason})
    click.echo(_("Removed."))
