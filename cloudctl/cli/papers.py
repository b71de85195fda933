"""`cloudctl orders print` and `letters print`: what is on record, as A4 PDF."""

from __future__ import annotations

from pathlib import Path

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.groups import Verb
from cloudctl.cli.nouns import key
from cloudctl.cli.output import Decorator
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

_TARGET: Decorator = click.option(
    "-o", "--output-file", "target", type=click.Path(dir_okay=False, path_type=Path), required=True,
    help=_("Where to write the PDF."),
)  # fmt: skip


@click.command("print", cls=Verb)
@key
@_TARGET
def print_order(key: str, target: Path) -> None:
    """Print an order as its A4 form (PDF), with findings, opinions and decisions."""
    _print("orders", key, "form.pdf", target)


@click.command("print", cls=Verb)
@key
@_TARGET
def print_letter(key: str, target: Path) -> None:
    """Print a letter as PDF, as it was issued."""
    _print("letters", key, "letter.pdf", target)


def _print(noun: str, name: str, document: str, target: Path) -> None:
    api = connect()
    target.write_bytes(api.download(f"{item(f'/{noun}', resolve(api, noun, name))}/{document}"))
    click.echo(_("Written: {path}").format(path=target))
