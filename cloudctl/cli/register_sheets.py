"""`form`, `import` and `export` of the register's nouns: their sheets as workbooks.

sheet_verbs(systems, "systems")
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import click

from cloudctl.cli.client import LOST, Answer, Client, connect
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.groups import Verbs
from cloudctl.cli.output import Decorator, Form, formatted
from cloudctl.cli.problems import failure_of
from cloudctl.cli.streams import Parser
from cloudctl.cli.words import _

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = ("rows", "added", "altered", "unchanged")
LARGEST_BYTES = 10 * 1024 * 1024
SHOWN_DOUBTS = 20
CHUNK_BYTES = 64 * 1024

Told = Callable[[str, int, int], None]
_TARGET: Decorator = click.option(
    "-o", "--output-file", "target", type=click.Path(dir_okay=False, path_type=Path), required=True,
    help=_("Where to write the sheet, as sheet.xlsx."),
)  # fmt: skip


def sheet_verbs(group: Verbs, noun: str) -> None:
    """Gives a noun's group the verbs of its sheet."""
    path = f"/register-forms/{noun}"

    @group.command("form")
    @_TARGET
    def fetch(target: Path) -> None:
        """Fetch the empty sheet, a workbook with drop-downs of today."""
        _fetch(path, target, {})

    @group.command("export")
    @_TARGET
    @click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help=_("As the register stood at the end of this day."))
    def export(target: Path, as_of: Any) -> None:
        """Fetch the sheet filled with what is on record; changed and imported again, it changes the register."""
        _fetch(path, target, {"filled": "true", "as_of": as_of and as_of.date().isoformat()})

    @group.command("import")
    @click.argument(
        "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=_("The filled sheet, an .xlsx file.")
    )
    @click.option("--dry-run", is_flag=True, help=_("Check everything and keep nothing."))
    @click.option(
        "--returned", type=click.Path(dir_okay=False, path_type=Path),
        help=_("Where to write the sheet with its faults marked; by default beside the file."),
    )  # fmt: skip
    @formatted
    def take(*, form: Form, file: Path, dry_run: bool, returned: Path | None) -> None:
        """Put the rows of a sheet on record: all of them, or none and the faulty cells are marked."""
        _take(form, path, file, returned, dry_run=dry_run)


def _fetch(path: str, target: Path, query: dict[str, Any]) -> None:
    target.write_bytes(connect().download(f"{path}.xlsx", accept=MEDIA, query=query))
    click.echo(_("Written: {path}").format(path=target))


def _take(form: Form, path: str, file: Path, returned: Path | None, *, dry_run: bool) -> None:
    if file.stat().st_size > LARGEST_BYTES:
        raise Failure(
            _("{path} has more than {most} MiB.\n  Split it: a sheet has at most 10,000 rows.").format(
                path=file, most=LARGEST_BYTES // 1024 // 1024
            ),
            Exit.USAGE,
        )
    api, content = connect(), file.read_bytes()
    try:
        receipt = _handed_in(api, f"{path}/import", content, {"dry_run": "true" if dry_run else None}).data
    except Failure as failure:
        target = returned or file.with_name(f"{file.stem}-marked.xlsx")
        if failure.code == Exit.USAGE and _give_back(api, path, content, target):
            way = _("  Marked: {path}").format(path=target)
            raise Failure(f"{failure.message}\n{way}", failure.code) from None
        raise
    _tell(form, receipt)


def _handed_in(api: Client, path: str, content: bytes, query: dict[str, Any]) -> Answer:
    """The answer to the file, with bars on a terminal; a lost connection is taken up again under the same key."""
    from cloudctl.cli.progress import staged  # noqa: PLC0415 - nothing else here shows a bar

    key = str(uuid4())
    headers = {"Idempotency-Key": key, "Content-Type": MEDIA, "Content-Length": str(len(content))}
    with staged() as told:
        try:
            sent = (_chunks(content, told), headers)
            with api.stream(path, accept="text/event-stream", query=query, sent=sent) as response:
                parser = Parser()
                for line in response:
                    event = parser.feed(line.decode("utf-8").rstrip("\r\n"))
                    if event is not None and event.name == "progress":
                        told(event.data["stage"], event.data["done"], event.data["total"])
                    elif event is not None:
                        return _answered(event.data)
        except LOST:
            pass
        return api.upload(path, content, media_type=MEDIA, query=query, key=key)


def _answered(data: dict[str, Any]) -> Answer:
    if data["status"] >= 400:
        raise failure_of(data["status"], data["body"])
    return Answer(data["status"], {}, data["body"])


def _chunks(content: bytes, told: Told) -> Iterator[bytes]:
    for start in range(0, len(content), CHUNK_BYTES):
        yield content[start : start + CHUNK_BYTES]
        told("sent", min(start + CHUNK_BYTES, len(content)), len(content))


def _give_back(api: Client, path: str, content: bytes, target: Path) -> bool:
    """Writes the workbook with its marks; says whether there was something to mark."""
    try:
        marked = api.convert(f"{path}/import/marked", content, media_type=MEDIA)
    except (Failure, OSError):  # it is no sheet at all, or the server is gone: the first answer says so
        return False
    if marked == content:
        return False
    target.write_bytes(marked)
    return True


def _tell(form: Form, receipt: dict[str, Any]) -> None:
    """The counts; programs get all of it."""
    if form.name in {"json", "yaml"}:
        form.plain(receipt)
        return
    form.rows([receipt], COLUMNS)
    for doubt in receipt["doubts"][:SHOWN_DOUBTS]:
        click.echo(f"  {doubt['cell']}: {doubt['reason']} {doubt['way_out']}", err=True)
    if len(receipt["doubts"]) > SHOWN_DOUBTS:
        click.echo(_("  … and others like these: `-o json` shows them."), err=True)
    if receipt["rehearsal"]:
        click.echo(_("Nothing was kept: this was a rehearsal."))
