"""`cloudctl adoptions`: what already runs becomes a department's, by rules or by a sheet, and back again."""

from __future__ import annotations

from pathlib import Path
from time import sleep
from typing import Any

import click

from cloudctl.cli.client import Client, connect, item
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.fields import body_of, options
from cloudctl.cli.labels import label
from cloudctl.cli.nouns import Noun, Row, key, version_option
from cloudctl.cli.output import Decorator, Form, formatted
from cloudctl.cli.progress import counted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _
from cloudctl.cli.workbooks import MEDIA

POLL_S = 0.5
AT_WORK = frozenset({"running", "undoing"})
FINISHED = frozenset({"marked", "refused", "lost", "given_back"})
COLUMNS = ("number", "state", "source", "rules", "takes", "adopted", "created_at", "ended_at", "last_error", "id")
TAKEN = ("source", "kind", "name", "folder", "cloud", "department", "system", "zone", "note")
CRITERIA = ("cloud", "place", "folder", "project", "tag", "name", "network")

RULES = Noun(
    "adoption-rules",
    columns=("code", "priority", "criteria", "department", "system", "zone", "term_months", "contact", "id"),
    filters=("code", "department_id", "system_id"),
    single=False,
    joined=("department", "system"),
    shown=lambda row: {**row, "criteria": ", ".join(f"{name}={text}" for name, text in row["matches"].items())},
)
ADOPTIONS = Noun("adoptions", columns=COLUMNS, filters=("number", "state", "source"), single=False)
TAKINGS = Noun(
    "takings",
    columns=("kind", "name", "cloud", "source", "department", "system", "expires_on", "contact", "state", "note"),
    filters=("adoption_id", "state", "kind", "cloud", "department_id"),
    single=False,
    joined=("department", "system"),
    shown=lambda row: {**row, "note": _(row["note"]) if row["note"] else ""},
)

adoptions = ADOPTIONS.group(_("What already runs becomes a department's: rules, dry run, sheet, undo."))
rules = RULES.group(_("Rules that say whose objects are; they take nothing by themselves."))
rules.name = "rules"
adoptions.add_command(rules)
_takings = TAKINGS.listing()
_takings.name, _takings.help = "takings", _("List the objects that adoptions take, each with its state and why.")
adoptions.add_command(_takings)

_RULE: Decorator = click.option("--rule", "codes", multiple=True, help=_("A rule by its code; all when none is given."))
_SHEET: Decorator = click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=_("The filled sheet, an .xlsx file.")
)
_NO_WAIT: Decorator = click.option("--no-wait", is_flag=True, help=_("Do not wait for the end."))


@rules.command("add")
@options("code", "department_id", "system_id", "term_months", required=True)
@options("zone", "contact")
@click.option("--priority", type=int, default=0, show_default=True, help=_("The highest that fits decides."))
@click.option("--folder", help=_("The folder or project, by its path; * stands for anything."))
@click.option("--project", help=_("The project, by its id or exact name."))
@click.option("--tag", help=_("A tag that it carries."))
@click.option("--named", "name", help=_("The object's name; * stands for anything."))
@click.option("--network", help=_("A network that it is on, by id or name; * stands for anything."))
@click.option("--cloud", help=_("The cloud's code."))
@click.option("--place", help=_("The cluster or availability zone."))
@formatted
def add(*, form: Form, priority: int, **given: Any) -> None:
    """Put a rule on record: an object that meets all that is given goes to the department's system."""
    api = connect()
    matches = {name: given.pop(name) for name in CRITERIA if given.get(name)}
    rest = {name: value for name, value in given.items() if name not in CRITERIA}
    body = {**body_of(api, rest), "matches": matches, "priority": priority}
    form.record(api.post("/adoption-rules", body).data)


@rules.command("remove")
@key
def remove(key: str) -> None:
    """Take a rule off the record; what it adopted stays adopted."""
    api = connect()
    api.delete(item("/adoption-rules", resolve(api, "adoption-rules", key)))
    click.echo(_("Removed."))


@adoptions.command("form")
@click.option(
    "-o", "--output-file", "target", type=click.Path(dir_okay=False, path_type=Path), required=True,
    help=_("Where to write the sheet, as sheet.xlsx."),
)  # fmt: skip
def fetch(target: Path) -> None:
    """Fetch the sheet to be filled in, a workbook with drop-downs of today."""
    target.write_bytes(connect().download("/adoption-form.xlsx", accept=MEDIA))
    click.echo(_("Written: {path}").format(path=target))


@adoptions.command("plan")
@_RULE
@click.option("--cloud", help=_("The cloud's code."))
@click.option(
    "--sheet", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("A filled sheet instead of rules."),
)  # fmt: skip
@formatted
def plan(*, form: Form, codes: tuple[str, ...], cloud: str | None, sheet: Path | None) -> None:
    """Show what would be taken, what is fought over and what is refused; keeps nothing."""
    api = connect()
    if sheet is not None:
        found = api.upload("/adoptions/import", sheet.read_bytes(), media_type=MEDIA, query={"dry_run": "true"}).data
        planned = {**found["plan"], "refusals": [_as_refusal(row) for row in found["rejected"]]}
    else:
        planned = api.post("/adoptions/plan", {"rules": list(codes) or None, "cloud": cloud}).data
    _show_plan(form, planned)


@adoptions.command("apply")
@_RULE
@click.option("--cloud", help=_("The cloud's code."))
@click.option("--digest", help=_("Only if the plan is still the one with this digest."))
@_NO_WAIT
@formatted
def carry_out(*, form: Form, codes: tuple[str, ...], cloud: str | None, digest: str | None, no_wait: bool) -> None:
    """Adopt what the rules take, and wait until it is on record and marked."""
    api = connect()
    body = {"rules": list(codes) or None, "cloud": cloud, "digest": digest}
    _end(api, form, api.post("/adoptions", body).data, no_wait=no_wait)


@adoptions.command("import")
@_SHEET
@click.option(
    "--returned", type=click.Path(dir_okay=False, path_type=Path),
    help=_("Where to write the rejected rows; by default beside the file."),
)  # fmt: skip
@_NO_WAIT
@formatted
def take_sheet(*, form: Form, file: Path, returned: Path | None, no_wait: bool) -> None:
    """Adopt what the rows of a sheet name; the other rows come back as a sheet, each with its reason."""
    api = connect()
    receipt = api.upload("/adoptions/import", file.read_bytes(), media_type=MEDIA).data
    adoption, rejected = receipt["adoption"], receipt["rejected"]
    if rejected:
        target = returned or file.with_name(f"{file.stem}-rejected.xlsx")
        target.write_bytes(api.download(f"{item('/adoptions', adoption['id'])}/rejected.xlsx", accept=MEDIA))
        click.echo(
            _("{count} of {all} rows were rejected; why stands in {path}").format(
                count=len(rejected), all=receipt["rows"], path=target
            ),
            err=True,
        )
    _end(api, form, adoption, no_wait=no_wait)
    if rejected:
        raise Failure(_("The other rows are adopted."), Exit.CONFLICT)


@adoptions.command("show")
@key
@formatted
def show(*, form: Form, key: str) -> None:
    """Show one adoption, and how far it is."""
    api = connect()
    _print(form, api.get(item("/adoptions", resolve(api, "adoptions", key))).data)


@adoptions.command("undo")
@key
@click.option("--reason", required=True, help=_("The reason; it goes on record."))
@_NO_WAIT
@version_option
@formatted
def undo(*, form: Form, key: str, reason: str, no_wait: bool, version: int | None) -> None:
    """Take an adoption back; what was changed since stays adopted, and is named."""
    api = connect()
    where = item("/adoptions", resolve(api, "adoptions", key))
    ended = _end(api, form, api.post(f"{where}/undo", {"reason": reason}, version=version).data, no_wait=no_wait)
    if ended["state"] == "done":
        staying, _more = api.rows("/takings", {"adoption_id": ended["id"]}, None)
        for row in staying:
            if row["state"] not in {"given_back", "refused"}:
                click.echo(f"  {row['name']}: {_(row['note'] or '')}", err=True)
        raise Failure(_("Some of it was changed since and stays adopted."), Exit.CONFLICT)


@adoptions.command("retry")
@key
@_NO_WAIT
@formatted
def retry(*, form: Form, key: str, no_wait: bool) -> None:
    """Have an adoption, or its undoing, go on that waits for an operator."""
    api = connect()
    where = item("/adoptions", resolve(api, "adoptions", key))
    _end(api, form, api.post(f"{where}/retry").data, no_wait=no_wait)


def _end(api: Client, form: Form, adoption: Row, *, no_wait: bool) -> Row:
    """Waits, with a bar on a terminal, and prints how it ended; raises Failure for one that an operator has to see."""
    where = item("/adoptions", adoption["id"])
    now: Row = api.get(where).data
    with counted(sum(now["takings"].values())) as advance:
        seen = 0
        while not no_wait and now["state"] in AT_WORK and not (now["state"] == "undoing" and now["last_error"]):
            finished = sum(count for state, count in now["takings"].items() if state in FINISHED)
            advance(finished - seen)
            seen = finished
            sleep(POLL_S)
            now = api.get(where).data
    _print(form, now)
    if now["last_error"] and not no_wait:
        raise Failure(
            _("It waits for an operator: {error}\n  See: cloudctl adoptions takings --adoption {number}").format(
                error=_(now["last_error"]), number=now["number"]
            ),
            Exit.UNFINISHED,
        )
    return now


def _print(form: Form, adoption: Row) -> None:
    if form.is_table:
        counts = ", ".join(f"{label(state)} {count}" for state, count in sorted(adoption["takings"].items()))
        adoption = {**adoption, "takings": counts}
    form.record(adoption)


def _show_plan(form: Form, planned: Row) -> None:
    if not form.is_table:
        form.plain(planned)
        return
    form.rows(planned["takes"], TAKEN)
    click.echo(
        _("By source: {counts}").format(counts=", ".join(f"{k} {n}" for k, n in planned["taken"].items()) or "-")
    )
    for heading, rows, columns in (
        (_("Fought over, taken by neither:"), planned["conflicts"], ("cloud", "kind", "name", "sources", "native_id")),
        (_("Not taken:"), planned["refusals"], ("source", "cloud", "name", "reason", "way_out")),
        (
            _("To be booked:"),
            planned["bookings"],
            ("department", "cloud", "zone", "dimension", "amount", "left"),
        ),
    ):
        if rows:
            click.echo(f"\n{heading}")
            Form("table").rows(rows, columns)
    if planned["unclaimed"]:
        click.echo(_("Servers that nothing takes: {count}.").format(count=planned["unclaimed"]))
    click.echo(_("Nothing was kept. The plan's digest: {digest}").format(digest=planned["digest"]))


def _as_refusal(row: Row) -> Row:
    cells = row["cells"]
    name = cells.get("name") or cells.get("native_id", "")
    return {"source": f"#{row['row']}", "cloud": cells.get("cloud", ""), "name": name, **row}
