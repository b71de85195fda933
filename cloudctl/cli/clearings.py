"""`cloudctl zombies case`: one system's case, from the question to its owner to the certificate of closure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cloudctl.cli.clearing_words import said
from cloudctl.cli.client import Client, connect, item
from cloudctl.cli.fields import Day, options
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.groups import Verbs
from cloudctl.cli.nouns import Noun, Row, key, version_option
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

ANSWERS = ("keep", "release", "transfer", "snooze")
LINES = ("close_line", "outcome", "words", "file", "digest")
LINE_KINDS = (
    "data_archived", "catalogue_withdrawn", "dns_removed", "icp_cancelled", "mlps_cancelled", "asset_disposed",
    "contract_ended",
)  # fmt: skip
RECORD = (
    "number", "state", "cause", "words", "due_on", "wakes_on", "kept_until", "quarantined_at", "quarantined_until",
    "backed_up_at", "tested_at", "digest", "proposed", "confirmed", "deleted_at", "backup_until", "close_out", "id",
    "version",
)  # fmt: skip
_PATH = click.Path(dir_okay=False, path_type=Path)


def _case(row: Row) -> Row:
    """A case for people: sentences in their language, signatures as what was signed."""
    told = {name: in_my_language(row[name]) for name in ("cause", "words") if row.get(name)}
    signed = {name: row[name]["reason"] for name in ("proposed", "confirmed") if row.get(name)}
    return {**row, **told, **signed, "state": said(row["state"])}


CLEARINGS = Noun(
    "clearings",
    columns=(
        "number",
        "system",
        "name",
        "department",
        "state",
        "due_on",
        "quarantined_until",
        "campaign",
        "cause",
        "id",
    ),
    filters=("number", "department_id", "system_id", "campaign_id", "state", "due_on"),
    shown=_case,
)

case = Verbs("case", help=_("Cases: list, show, answer, restore, the two persons of a deletion, close-out."))
case.add_command(CLEARINGS.listing())


@case.command("show")
@key
@formatted
def show(*, form: Form, key: str) -> None:
    """Show one case."""
    api = connect()
    _show(form, api.get(_where(api, key)).data)


@case.command("answer")
@key
@click.argument(
    "answer", metavar="keep|release|transfer|snooze", type=click.Choice(ANSWERS), help=_("What the owner says.")
)
@click.option("--reason", default="", help=_("Why; only a release needs none."))
@click.option("--until", type=Day(), help=_("Until when it is kept, or put off."))
@click.option("--to", "department", help=_("Whose the system is, for a transfer: id or code."))
@version_option
@formatted
def give_answer(
    *, form: Form, key: str, answer: str, reason: str, until: str | None, department: str | None, version: int | None
) -> None:
    """Answer for the owner: keep it until a day, release it, say whose it is, or put it off."""
    api = connect()
    body: dict[str, Any] = {"answer": answer, "reason": reason, "until": until}
    if department is not None:
        body["to_department_id"] = resolve(api, "departments", department)
    _show(form, api.post(f"{_where(api, key)}/answer", body, version=version).data)


@case.command("restore")
@key
@options("reason", required=True)
@version_option
@formatted
def restore(*, form: Form, key: str, reason: str, version: int | None) -> None:
    """Bring a system back as it was: the one command, whatever is stopped or frozen."""
    _decide(form, key, "restore", reason, version)


@case.command("dismiss")
@key
@options("reason", required=True)
@version_option
@formatted
def dismiss(*, form: Form, key: str, reason: str, version: int | None) -> None:
    """Call a case off; what is off is brought back first."""
    _decide(form, key, "dismiss", reason, version)


@case.command("resume")
@key
@options("reason", required=True)
@version_option
@formatted
def resume(*, form: Form, key: str, reason: str, version: int | None) -> None:
    """Let a case that waits for a person go on where it was."""
    _decide(form, key, "resume", reason, version)


@case.command("propose")
@key
@options("reason", required=True)
@version_option
@formatted
def propose(*, form: Form, key: str, reason: str, version: int | None) -> None:
    """Propose the deletion, as the first of two persons."""
    _decide(form, key, "propose", reason, version)


@case.command("take-back")
@key
@options("reason", required=True)
@version_option
@formatted
def take_back(*, form: Form, key: str, reason: str, version: int | None) -> None:
    """Take a proposed deletion back, or turn it down."""
    _decide(form, key, "take-back", reason, version)


@case.command("confirm")
@key
@options("reason", required=True)
@version_option
@formatted
def confirm(*, form: Form, key: str, reason: str, version: int | None) -> None:
    """Confirm a deletion that somebody else proposed."""
    _decide(form, key, "confirm", reason, version)


@case.command("lines")
@key
@formatted
def lines(*, form: Form, key: str) -> None:
    """List the close-out lines, filled and owed."""
    api = connect()
    rows = api.get(f"{_where(api, key)}/lines").data["items"]
    form.rows([_line(row) for row in rows] if form.is_table else rows, LINES)


@case.command("fill")
@key
@click.argument("line", metavar="LINE", type=click.Choice(LINE_KINDS), help=_("One of: ") + ", ".join(LINE_KINDS))
@click.option("--number", help=_("The number of what shows it."))
@click.option("--not-applicable", "why", metavar="REASON", help=_("Why it does not apply."))
@click.option(
    "--file", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("The file that shows it: PDF, OFD, PNG, JPEG or TIFF."),
)  # fmt: skip
@formatted
def fill(*, form: Form, key: str, line: str, number: str | None, why: str | None, file: Path | None) -> None:
    """Fill a close-out line: with a number, a file, or why it does not apply."""
    if sum(given is not None for given in (number or file, why)) != 1:
        raise click.UsageError(_("Give a number, a file, or why it does not apply."))
    api = connect()
    where = f"{_where(api, key)}/lines"
    if file is not None:
        query = {"kind": line, "name": file.name, "words": number or ""}
        made = api.upload(f"{where}/files", file.read_bytes(), media_type="application/octet-stream", query=query).data
    else:
        outcome = "number" if number is not None else "not_applicable"
        made = api.post(where, {"kind": line, "outcome": outcome, "words": number or why or ""}).data
    form.record(_line(made) if form.is_table else made, LINES)


@case.command("close")
@key
@version_option
@formatted
def close(*, form: Form, key: str, version: int | None) -> None:
    """Close a deleted system's case on record, once every line is filled."""
    api = connect()
    _show(form, api.post(f"{_where(api, key)}/close", {}, version=version).data)


@case.command("certificate")
@key
@click.option("-o", "--output-file", "target", type=_PATH, required=True, help=_("Where to write the PDF."))
def certificate(*, key: str, target: Path) -> None:
    """Save the certificate of closure as PDF."""
    api = connect()
    target.write_bytes(api.download(f"{_where(api, key)}/certificate.pdf"))
    click.echo(_("Written: {path}").format(path=target))


def case_verbs(group: Verbs) -> None:
    """Adds `case`."""
    group.add_command(case)


def _decide(form: Form, key: str, verb: str, reason: str, version: int | None) -> None:
    api = connect()
    _show(form, api.post(f"{_where(api, key)}/{verb}", {"reason": reason}, version=version).data)


def _where(api: Client, key: str) -> str:
    return item(CLEARINGS.path, resolve(api, "clearings", key))


def _show(form: Form, record: Row) -> None:
    if form.is_table:
        form.record(_case(record), RECORD)
    else:
        form.record(record)


def _line(row: Row) -> Row:
    shown = {"close_line": in_my_language(row["title"]), "file": row["name"]}
    return {**row, **shown, "outcome": said(row["outcome"] or "")}
