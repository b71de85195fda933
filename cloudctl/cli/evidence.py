"""`cloudctl evidence`: what was observed of systems, machine rooms and cases (证据), and until when it counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cloudctl.cli.client import Client, connect, item
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.fields import Figures, Moment
from cloudctl.cli.groups import Verb, Verbs
from cloudctl.cli.indicators import asked, day_option, scope_option
from cloudctl.cli.nouns import Decorator, all_option, limit_option, say_more
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import codes_of, resolve
from cloudctl.cli.words import _

COLUMNS = ("observed_at", "subject", "evidence_kind", "about", "value", "holds", "by", "expires_at", "id")
CONTRADICTIONS = ("subject_kind", "code", "name", "department", "claimed", "signs", "seen_at", "case")
SEEN_KINDS = ("power_reading", "none_racked", "circuits_cut", "sign_off", "traffic_reading")
FILE_KINDS = ("photo", "meter_photo", "case_proof", "launch_report")
_USUAL_FILE = {"case": "case_proof", "system": "launch_report"}

evidence = Verbs("evidence", help=_("What was observed of systems, machine rooms and cases, and until when it counts."))

_SUBJECTS: dict[str, tuple[str, str]] = {
    "system": ("systems", _("The system: id or code.")),
    "room": ("rooms", _("The machine room: id or code.")),
    "case": ("cases", _("The case: id or number.")),
}
_WHEN: Decorator = click.option(
    "--observed-at", type=Moment(), help=_("When it was observed, by the clock on the wall; without it, now.")
)


def _about(*subjects: str) -> Decorator:
    """An option for each subject, of which one is given."""

    def decorate(command: Any) -> Any:
        for subject in reversed(subjects):
            command = click.option(f"--{subject}", help=_SUBJECTS[subject][1])(command)
        return command

    return decorate


def _subject(api: Client, **given: str | None) -> dict[str, str]:
    """The one subject that was named, as the API takes it."""
    named = [(kind, name) for kind, name in given.items() if name is not None]
    if len(named) != 1:
        raise click.UsageError(_("Name one of: {options}.").format(options=", ".join(f"--{kind}" for kind in given)))
    kind, name = named[0]
    return {"subject_kind": kind, "subject_id": resolve(api, _SUBJECTS[kind][0], name)}


@evidence.command("list", cls=Verb)
@_about("system", "room", "case")
@click.option("--kind", help=_("The kind, as the list shows it."))
@click.option("--holds/--against", default=None, help=_("Whether it speaks for the move or closure."))
@limit_option
@all_option
@formatted
def listing(
    *, form: Form, most: int, everything: bool, kind: str | None, holds: bool | None, **given: str | None
) -> None:
    """List evidence, newest first."""
    api = connect()
    query: dict[str, Any] = {"kind": kind, "holds": holds}
    if any(given.values()):
        query |= _subject(api, **given)
    wanted = {name: value for name, value in query.items() if value is not None}
    rows, more = api.rows("/evidence", wanted, None if everything else most)
    form.rows([{**row, "evidence_kind": row["kind"]} for row in rows] if form.is_table else rows, COLUMNS)
    if more:
        say_more()


@evidence.command("contradictions", cls=Verb)
@day_option
@scope_option
@formatted
def contradictions(*, form: Form, day: str | None, scope: str | None) -> None:
    """List the systems and machine rooms whose evidence contradicts what is claimed of them."""
    api = connect()
    rows = api.get("/evidence/contradictions", asked(day, scope)).data
    if form.is_table:
        codes = codes_of(api, "departments") if rows else {}
        rows = [{**row, "department": codes.get(row["department_id"], row["department_id"])} for row in rows]
    form.rows(rows, CONTRADICTIONS)


@evidence.command("add", cls=Verb)
@_about("system", "room")
@click.option("--kind", required=True, type=click.Choice(SEEN_KINDS), help=_("What was looked at."))
@click.option("--value", type=Figures(), help=_("The figure: it_power_w, racked, circuits_left or bytes_per_day=0."))
@click.option("--device", default="", help=_("The code of the device that a traffic reading is of."))
@click.option("--meter", is_flag=True, help=_("A meter's reading, not a person's word."))
@_WHEN
@formatted
def add(
    *,
    form: Form,
    kind: str,
    value: list[tuple[str, int | float]] | None,
    device: str,
    meter: bool,
    observed_at: str | None,
    **given: str | None,
) -> None:
    """Put an observation on record; it is never changed, and expires."""
    api = connect()
    body: dict[str, Any] = {**_subject(api, **given), "kind": kind, "value": dict(value or []), "about": device}
    body |= {"source": "meter" if meter else "person"} | ({"observed_at": observed_at} if observed_at else {})
    form.record(api.post("/evidence", body).data)


@evidence.command("photo", cls=Verb)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=_("The file to hand in."))
@_about("system", "room", "case")
@click.option(
    "--kind",
    type=click.Choice(FILE_KINDS),
    help=_("What it shows: the room, its meter, a case's proof, or the test before a launch."),
)
@_WHEN
@formatted
def photo(*, form: Form, file: Path, kind: str | None, observed_at: str | None, **given: str | None) -> None:
    """Hand a photo or document in as evidence: PDF, OFD, PNG, JPEG or TIFF of at most 20 MiB."""
    api = connect()
    subject = _subject(api, **given)
    chosen = kind or _USUAL_FILE.get(subject["subject_kind"], "photo")
    query = {**subject, "kind": chosen, "name": file.name, "observed_at": observed_at}
    made = api.upload("/evidence/files", file.read_bytes(), media_type="application/octet-stream", query=query).data
    form.record(made)


@evidence.command("get", cls=Verb)
@click.argument("evidence_id", metavar="ID", help=_("The evidence's id."))
@click.option(
    "-o", "--output-file", "target", type=click.Path(dir_okay=False, path_type=Path), required=True,
    help=_("The file to write."),
)  # fmt: skip
def get(evidence_id: str, target: Path) -> None:
    """Save a photo or document."""
    target.write_bytes(connect().download(item("/evidence", evidence_id) + "/content"))
    click.echo(_("Written: {path}").format(path=target))


def subject_named(api: Client, name: str) -> tuple[str, str]:
    """The noun and the id of a system or a room by its code; raises Failure where there is neither."""
    for noun in ("systems", "rooms"):
        found, _more = api.rows(f"/{noun}", {"code": name}, 1)
        if found:
            return noun, str(found[0]["id"])
    raise Failure(_("There is neither a system nor a machine room {code}.").format(code=name), Exit.NOT_FOUND)
