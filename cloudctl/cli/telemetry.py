"""`cloudctl telemetry`: what is known of servers' use, from where, and how much of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cloudctl.cli.client import Client, connect, item
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.fields import Day
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.groups import Verb, Verbs
from cloudctl.cli.nouns import Decorator
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

SOURCES = ("name", "kind", "simulated", "clouds", "metrics", "read_day", "state", "subjects", "targets", "error")
CHECKED = ("name", "kind", "simulated", "clouds", "answers", "problem")
READS = (
    "day", "source", "state", "subjects", "targets", "samples", "stored", "doubled", "outside", "future", "invalid",
    "unmatched", "error",
)  # fmt: skip
COVERAGE = ("name", "cloud", "days", "cpu", "memory", "disk", "network", "newest", "known_by")
DAYS = (
    "day", "samples", "cpu_percent", "cpu_p95", "cpu_max", "memory_percent", "disk_mib", "network_mib", "logins",
    "connections", "http_requests",
)  # fmt: skip
TAKEN = (
    "source", "first_day", "last_day", "days", "servers", "unmatched", "unknown", "samples", "stored", "doubled",
    "future", "invalid", "dropped",
)  # fmt: skip
SHARES = ("cpu", "memory", "disk", "network")

telemetry = Verbs("telemetry", help=_("What servers do: sources, readings, coverage, days of use."))

first_option: Decorator = click.option(
    "--first", type=Day(), help=_("The first UTC day; without it, 30 days before the last.")
)
last_option: Decorator = click.option("--last", type=Day(), help=_("The last UTC day; without it, yesterday."))


@telemetry.command("sources", cls=Verb)
@click.option("--check", is_flag=True, help=_("Ask each of them just now whether it answers."))
@formatted
def sources(*, form: Form, check: bool) -> None:
    """List where telemetry comes from, and how the newest day of each source was read."""
    rows = connect().get("/telemetry/sources", {"check": "true"} if check else {}).data
    if check:
        form.rows([_checked(row) for row in rows] if form.is_table else rows, CHECKED)
    else:
        form.rows([_source(row) for row in rows] if form.is_table else rows, SOURCES)


@telemetry.command("reads", cls=Verb)
@click.option("--source", help=_("Only this source."))
@first_option
@last_option
@formatted
def reads(*, form: Form, source: str | None, first: str | None, last: str | None) -> None:
    """List what was read of each day, and what became of the samples."""
    rows = connect().get("/telemetry/reads", _given(source=source, first=first, last=last)).data
    form.rows([_read(row) for row in rows] if form.is_table else rows, READS)


@telemetry.command("ingest", cls=Verb)
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("A Parquet or CSV file of points, instead of days of a source."),
)  # fmt: skip
@click.option("--cloud", help=_("The cloud that the servers in the file run on."))
@click.option("--source", help=_("The source whose days to read; for a file, under which name to keep it."))
@click.option("--first", type=Day(), help=_("The first day to read."))
@click.option("--last", type=Day(), help=_("The last day to read; without it, the first."))
@click.option("--afresh", is_flag=True, help=_("Start the days anew, once the source has given them whole."))
@formatted
def ingest(
    *,
    form: Form,
    file: Path | None,
    cloud: str | None,
    source: str | None,
    first: str | None,
    last: str | None,
    afresh: bool,
) -> None:
    """Have a worker read days of a source next, or hand in a file of points."""
    api = connect()
    if file is not None:
        if cloud is None or first or last or afresh:
            raise click.UsageError(_("A file needs --cloud, and has its own days."))
        _hand_in(api, form, file, {"cloud": cloud, "source": source or file.stem})
        return
    if first is None:
        raise click.UsageError(_("Give a file, or the days to read with --first and --last."))
    asked = {"first": first, "last": last or first, "afresh": afresh, **({"source": source} if source else {})}
    rows = api.post("/telemetry/reads", asked).data["asked"]
    form.rows(rows, ("day", "source", "state"))


@telemetry.command("coverage", cls=Verb)
@click.option("--cloud", help=_("Only servers of this cloud."))
@click.option("--name", help=_("Only servers of this name; it may end in *."))
@click.option("--department", help=_("Only servers of this department."))
@click.option("--limit", type=click.IntRange(1), help=_("At most so many rows."))
@first_option
@last_option
@formatted
def coverage(
    *,
    form: Form,
    cloud: str | None,
    name: str | None,
    department: str | None,
    limit: int | None,
    first: str | None,
    last: str | None,
) -> None:
    """List how much is known of each server; what is not covered is not known, never idle."""
    api = connect()
    owner = None if department is None else resolve(api, "departments", department)
    query = _given(cloud=cloud, name=name, department_id=owner, first=first, last=last)
    rows, _more = api.rows("/telemetry/coverage", query, limit)
    form.rows([_shares(row) for row in rows] if form.is_table else rows, COVERAGE)


@telemetry.command("show", cls=Verb)
@click.argument("server", metavar="SERVER", help=_("The server by its name or id, or that of its inventory object."))
@first_option
@last_option
@formatted
def show(*, form: Form, server: str, first: str | None, last: str | None) -> None:
    """Show what is known of a server: coverage, the latest dates, and day by day what it did."""
    api = connect()
    known = api.get(item("/telemetry/servers", _server(api, server)), _given(first=first, last=last)).data
    if not form.is_table:
        form.plain(known)
        return
    form.record(_shares(known["coverage"]), (*COVERAGE, "samples"))
    if known["dates"]:
        click.echo()
        form.record(known["dates"])
    click.echo()
    form.rows([_rounded(day) for day in known["days"]], DAYS)


def _hand_in(api: Client, form: Form, file: Path, query: dict[str, str]) -> None:
    taken = api.upload("/telemetry/files", file.read_bytes(), media_type="application/octet-stream", query=query).data
    told = {"unknown": ", ".join(taken["unknown"]), "first_day": taken["first"], "last_day": taken["last"]}
    form.record({**taken, **told} if form.is_table else taken, TAKEN)


def _server(api: Client, name: str) -> str:
    """The id of a server of ours, or else of an object of the inventory."""
    try:
        return resolve(api, "servers", name)
    except Failure as failure:
        if failure.code is not Exit.NOT_FOUND:
            raise
        return resolve(api, "inventory", name)


def _given(**query: str | None) -> dict[str, str]:
    return {name: value for name, value in query.items() if value}


def _source(row: dict[str, Any]) -> dict[str, Any]:
    newest = row["newest"] or {}
    told = {name: newest.get(name) for name in ("state", "subjects", "targets")}
    told["error"] = in_my_language(newest.get("error"))
    return {**row, **told, "read_day": newest.get("day"), "metrics": ", ".join(row["metrics"])}


def _checked(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "problem": in_my_language(row["problem"])}


def _read(row: dict[str, Any]) -> dict[str, Any]:
    said = [in_my_language(words) for words in (row["error"], *row["warnings"])]
    return {**row, "error": " ".join(one for one in said if one)}


def _shares(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "known_by": ", ".join(row["sources"]), **{name: f"{100 * row[name]:.0f} %" for name in SHARES}}


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 1) if isinstance(value, float) else value for name, value in row.items()}
