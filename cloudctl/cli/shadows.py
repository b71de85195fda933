"""`cloudctl shadows`: what runs and is on no register, and what stands on it twice (影子系统)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.documents import read_document
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.fields import Day, Moment
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.groups import Verb
from cloudctl.cli.labels import label
from cloudctl.cli.nouns import Noun, Row, key, version_option
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.tables import cell
from cloudctl.cli.titles import title
from cloudctl.cli.words import _

SCHEMA = "cloudctl.evidence/1"
COUNTS = ("shadow_kind", "department", "state", "count")
TURNS = ("at", "state", "act", "reason", "target_id")
ZONE_FILES = (".zone", ".db", ".txt")
LISTS = {"dns": "records", "certificates": "certificates"}


def _shown(row: Row) -> Row:
    plain = {name: value for name, value in row.items() if name != "words"}
    told = {"finding": in_my_language(row["words"]), "next_step": in_my_language(row["next_step"])}
    return {**plain, **told, "shadow_kind": row["kind"], "shadow_subject": row["subject"]}


SHADOWS = Noun(
    "shadows",
    columns=("shadow_kind", "shadow_subject", "name", "department", "state", "finding", "found_at", "id"),
    filters=("kind", "subject", "state", "cloud", "department_id"),
    single=False,
    shown=_shown,
)

shadows = SHADOWS.group(_("Shadow systems: what runs unregistered, and what duplicates another system."))

_REASON = click.option("--reason", required=True, help=_("The reason; it goes on record."))


@shadows.command("scan", cls=Verb)
@formatted
def scan(*, form: Form) -> None:
    """Look for shadow systems in all that is on record; again it changes nothing."""
    form.record(connect().post(f"{SHADOWS.path}/scan", {}).data)


@shadows.command("explain", cls=Verb)
@key
@formatted
def explain(*, form: Form, key: str) -> None:
    """Say in words what was found, on what evidence, what became of it, and what to do next."""
    found = connect().get(item(SHADOWS.path, key)).data
    if not form.is_table:
        form.record(found)
        return
    for line in _explained(found["shadow"]):
        click.echo(line)
    form.rows(found["turns"], TURNS)


@shadows.command("counts", cls=Verb)
@click.option("--date", "day", type=Day(), help=_("The end of that day; without it, now."))
@formatted
def counts(*, form: Form, day: str | None) -> None:
    """Count them by kind, department and state, on any day; the two kinds are never added up."""
    rows = connect().get(f"{SHADOWS.path}/counts", {"date": day} if day else {}).data
    form.rows([{**row, "shadow_kind": row["kind"]} for row in rows] if form.is_table else rows, COUNTS)


@shadows.command("register", cls=Verb)
@key
@click.option("--system", required=True, metavar="CODE", help=_("The system that answers for it, by code."))
@click.option("--term-months", type=int, help=_("For how many months a server is adopted."))
@click.option("--new-name", "name", help=_("The system is not on the register yet: its name."))
@click.option("--mlps-level", type=click.IntRange(1, 5), help=_("Its MLPS level."))
@click.option(
    "--department", metavar="CODE", help=_("Whose it is; without it, that of the project in which it stands.")
)
@click.option("--no-state-secrets", is_flag=True, help=_("Declare that it handles no state secrets."))
@_REASON
@version_option
@formatted
def register(
    *,
    form: Form,
    key: str,
    version: int | None,
    name: str | None,
    mlps_level: int | None,
    department: str | None,
    no_state_secrets: bool,
    **given: Any,
) -> None:
    """Put it on the register as part of a system, old or new; a server that no record has is adopted."""
    if name is not None:
        if mlps_level is None:
            raise click.UsageError(_("A new system has an MLPS level: --mlps-level."))
        founding = {"name": name, "mlps_level": mlps_level, "department": department}
        given["founding"] = {field: value for field, value in founding.items() if value is not None} | (
            {"no_state_secrets": True} if no_state_secrets else {}
        )
    _act(form, key, "register", given, version)


@shadows.command("merge", cls=Verb)
@key
@click.option("--into", metavar="CODE", help=_("Which of the two stays; without it, the one that is proposed."))
@_REASON
@version_option
@formatted
def merge(*, form: Form, key: str, version: int | None, **given: Any) -> None:
    """Merge one system of a pair into the other, with lineage. There is no way back."""
    _act(form, key, "merge", given, version)


@shadows.command("clear", cls=Verb)
@key
@click.option("--department", metavar="CODE", help=_("Whose it is to be until it is deleted, where it is nobody's."))
@_REASON
@version_option
@formatted
def clear(*, form: Form, key: str, version: int | None, **given: Any) -> None:
    """Have it go: a server is put by for its retention; of a name a later list shows whether it is gone."""
    _act(form, key, "clear", given, version)


@shadows.command("dismiss", cls=Verb)
@key
@click.option("--until", type=Day(), help=_("Up to which day; without it, as long as it is what it is now."))
@_REASON
@version_option
@formatted
def dismiss(*, form: Form, key: str, version: int | None, **given: Any) -> None:
    """Say that it is none, with a reason."""
    _act(form, key, "dismiss", given, version)


@shadows.command("import", cls=Verb)
@click.argument("kind", type=click.Choice(("services", "dns", "certificates")), help=_("What was looked at."))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=_("The file with it."))
@click.option("--source", required=True, help=_("Whose it is: the zone, the inventory, the scan."))
@click.option("--taken-at", type=Moment(), help=_("When it was taken, by the clock on the wall; without it, now."))
@click.option("--confirmed", is_flag=True, help=_("So much has really gone: take it although it is half of the last."))
@formatted
def import_sweep(*, form: Form, kind: str, file: Path, source: str, taken_at: str | None, confirmed: bool) -> None:
    """Hand in what listens (the playbook's result), the names of a DNS zone, or certificates.

    services: the JSON of the playbook collect_evidence.yml, of the schema cloudctl.evidence/1. dns: a zone file (.zone,
    .db, .txt), or JSON with `records` of name, type and value. certificates: JSON with `certificates` of names, serial,
    issuer, ends_on, address and port.
    """
    body: dict[str, Any] = {"kind": kind, "source": source, "confirmed": confirmed, **_read(kind, file)}
    body["taken_at"] = taken_at or body.get("taken_at") or datetime.now(UTC).isoformat()
    form.record(connect().post(f"{SHADOWS.path}/sweeps", body).data)


def _read(kind: str, file: Path) -> dict[str, Any]:
    """What the file has, as the API takes it; raises Failure for what has not the declared form."""
    if kind == "dns" and file.suffix.lower() in ZONE_FILES:
        return {"zone_file": file.read_text(encoding="utf-8")}
    if kind in LISTS:
        with file.open(encoding="utf-8") as opened:
            return {LISTS[kind]: read_document(opened).get(LISTS[kind], [])}
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Failure(_("{file} cannot be read: {reason}").format(file=file, reason=error), Exit.USAGE) from None
    if not isinstance(told, dict) or told.get("schema") != SCHEMA:
        raise Failure(_("{file} is no result of the schema {schema}.").format(file=file, schema=SCHEMA), Exit.USAGE)
    return {"hosts": told.get("hosts", []), "taken_at": told.get("collected_at")}


def _act(form: Form, key: str, verb: str, given: dict[str, Any], version: int | None) -> None:
    body = {name: value for name, value in given.items() if value is not None}
    done = connect().post(f"{item(SHADOWS.path, key)}/{verb}", body, version=version).data
    if not form.is_table:
        form.record(done)
        return
    for line in _explained(done):
        click.echo(line)


def _explained(shadow: Row) -> Iterator[str]:
    """The shadow as people read it: the sentence, what it rests on, one next step."""
    yield in_my_language(shadow["words"])
    for name, value in {**shadow["evidence"], "found_at": shadow["found_at"]}.items():
        if value not in (None, "", []):
            yield f"  {title(name)}: {cell(name, value)}"
    if shadow["state"] == "open":
        yield _("Next: {step}").format(step=in_my_language(shadow["next_step"]))
        yield _("Possible: {acts}.").format(acts=", ".join(shadow["acts"]))
    else:
        act = label(shadow["act"]) if shadow["act"] else "-"
        yield _("It is {state}: {act}. {reason}").format(
            state=label(shadow["state"]), act=act, reason=shadow["reason"] or ""
        )
