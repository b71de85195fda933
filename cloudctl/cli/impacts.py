"""`cloudctl impact`: who depends on a host, a cloud, a network or a storage, and drafts of what they are told.

cloudctl impact host compute-7 --draft notices/
"""

from __future__ import annotations

from pathlib import Path

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.groups import Verb, Verbs
from cloudctl.cli.nouns import Row
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.words import _

AFFECTED = ("code", "name", "department", "contact", "direct", "reasons")
DEPARTMENTS = ("code", "name", "contacts")
impact = Verbs("impact", help=_("Who depends on a host, cloud, network or storage."))


def _kind(kind: str, text: str) -> None:
    @impact.command(kind, cls=Verb, help=text)
    @click.argument("name", metavar="NAME", help=_("Its name, as the inventory shows it."))
    @click.option(
        "--draft",
        type=click.Path(file_okay=False, path_type=Path),
        help=_("Write a draft for each department into this directory, in Chinese and in English."),
    )
    @formatted
    def run(*, form: Form, name: str, draft: Path | None) -> None:
        found = connect().get(f"{item('/impact', kind)}/{_quoted(name)}").data
        if draft is not None:
            _write(draft, found)
        if not form.is_table:
            form.record(found)
            return
        for row in ([*found["systems"]], [*found["apps"]]):
            if row:
                form.rows([_shown(one) for one in row], AFFECTED)
        form.rows(found["departments"], DEPARTMENTS)
        if found["strangers"]:
            click.echo(_("On nobody's record: {servers}.").format(servers=", ".join(found["strangers"])))


def _quoted(name: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415 - only here

    return quote(name, safe="")


def _shown(row: Row) -> Row:
    return {**row, "reasons": " ".join(in_my_language(reason) for reason in row["reasons"])}


def _write(directory: Path, found: Row) -> None:
    """One file a department and language; what is there of the same name is written anew."""
    directory.mkdir(parents=True, exist_ok=True)
    for department in found["departments"]:
        for locale, text in department["draft"].items():
            (directory / f"{department['code']}.{locale}.txt").write_text(f"{text}\n", encoding="utf-8")
    click.echo(_("{count} drafts are in {directory}.").format(count=len(found["departments"]) * 2, directory=directory))


_kind("host", _("Who depends on a host of a cloud."))
_kind("cloud", _("Who depends on a whole cloud."))
_kind("network", _("Who depends on a network."))
_kind("storage", _("Who depends on a volume, or on the storage that volumes lie on."))
