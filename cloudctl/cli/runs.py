"""`cloudctl runs`: playbooks on hosts, from asking to the files that they leave.

cloudctl runs start patch_hosts --host web-1 --host web-2 -e patch_hosts_reboot=never --follow
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO, Any

import click

from cloudctl.cli.client import Client, connect, item
from cloudctl.cli.documents import read_document
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.groups import Verb
from cloudctl.cli.labels import label
from cloudctl.cli.nouns import Noun, Row, key, version_option
from cloudctl.cli.output import Decorator, Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import MEANINGS, _

STATS = ("host", "tasks_ok", "tasks_changed", "tasks_failed", "tasks_unreachable", "tasks_skipped", "still_left")
FILES = ("name", "media_type", "size_bytes", "digest")
SHOWN = (
    "playbook", "state", "words", "on_hosts", "zone", "check", "subject", "reason", "failed_task", "attempts",
    "lines_dropped", "carried_out_by", "resume_of", "created_at", "begun_at", "ended_at", "playbooks_digest", "id",
    "version",
)  # fmt: skip


def _shown(row: Row) -> Row:
    by_hand = {"platform": _("the platform"), "hand": _("a person, by hand")}
    return {
        **row,
        "state": label(row["state"]),
        "words": in_my_language(row.get("words")),
        "on_hosts": ", ".join(sorted(row["names"].values())),
        "carried_out_by": by_hand[row["origin"]],
        "playbooks_digest": row.get("digest"),
        "lines_dropped": row.get("dropped"),
    }


RUNS = Noun(
    "runs",
    columns=("id", "playbook", "state", "on_hosts", "zone", "check", "failed_task", "created_at", "ended_at"),
    filters=("playbook", "state", "zone", "host_id", "system_id", "department_id"),
    single=False,
    shown=_shown,
)
_FOLLOW: Decorator = click.option("--follow", is_flag=True, help=_("Show what it says until it has ended."))
_WHY: Decorator = click.option("--reason", default="", help=_("The reason; it goes on record."))

runs = RUNS.group(_("Playbooks on hosts: start, follow, approve, cancel, resume, artifacts."))


@runs.command("show", cls=Verb)
@key
@formatted
def show(*, form: Form, key: str) -> None:
    """Show one: what it came to, host by host."""
    api = connect()
    run = api.get(item(RUNS.path, key)).data
    _told(form, run)
    if form.is_table and run["stats"]:
        click.echo()
        form.rows(_hosts(run), STATS)


@runs.command("start", cls=Verb)
@click.argument("playbook", metavar="PLAYBOOK", help=_("Its name: cloudctl playbooks list."))
@click.option("--host", "hosts", multiple=True, required=True, help=_("A host, by name or id; once for each."))
@click.option(
    "-e", "--argument", "arguments", multiple=True, metavar="NAME=VALUE", help=_("An argument of the playbook.")
)  # fmt: skip
@click.option(
    "-f", "--file", "file", type=click.File("r", encoding="utf-8"), help=_("Its arguments as YAML or JSON.")
)  # fmt: skip
@click.option("--check", is_flag=True, help=_("Change nothing; say what would be changed."))
@click.option("--tag", "tags", multiple=True, help=_("Only tasks with this tag; once for each."))
@click.option("--start-at-task", help=_("Leave out what comes before the task of this name."))
@_WHY
@_FOLLOW
@formatted
def start(
    *,
    form: Form,
    playbook: str,
    hosts: tuple[str, ...],
    arguments: tuple[str, ...],
    file: IO[str] | None,
    check: bool,
    tags: tuple[str, ...],
    start_at_task: str | None,
    reason: str,
    follow: bool,
) -> None:
    """Ask for a run; it begins when its hosts are free and, where it needs one, a second person has agreed."""
    api = connect()
    body = {
        "playbook": playbook,
        "hosts": [resolve(api, "hosts", host) for host in hosts],
        "arguments": {**(read_document(file) if file else {}), **dict(_argument(one) for one in arguments)},
        "check": check,
        "tags": list(tags),
        "start_at_task": start_at_task,
        "reason": reason,
    }
    run = api.post(RUNS.path, body).data
    _told(form, run)
    if follow:
        _follow(api, run["id"])


@runs.command("follow", cls=Verb)
@key
def follow(key: str) -> None:
    """Show what a run says until it has ended; the exit code says whether it succeeded."""
    _follow(connect(), key)


@runs.command("approve", cls=Verb)
@key
@_WHY
@version_option
@formatted
def approve(*, form: Form, key: str, reason: str, version: int | None) -> None:
    """Give leave, as the second person."""
    _told(form, connect().post(f"{item(RUNS.path, key)}/approve", {"reason": reason}, version=version).data)


@runs.command("cancel", cls=Verb)
@key
@_WHY
@version_option
@formatted
def cancel(*, form: Form, key: str, reason: str, version: int | None) -> None:
    """Call a run off; what is under way is ended."""
    _told(form, connect().post(f"{item(RUNS.path, key)}/cancel", {"reason": reason}, version=version).data)


@runs.command("resume", cls=Verb)
@key
@click.option("--at-task", is_flag=True, help=_("Begin at the task that failed."))
@_WHY
@_FOLLOW
@version_option
@formatted
def resume(*, form: Form, key: str, at_task: bool, reason: str, follow: bool, version: int | None) -> None:
    """Go on with one that failed, was called off or broke off: a new run on the hosts that are left."""
    api = connect()
    body = {"reason": reason, "at_task": at_task}
    run = api.post(f"{item(RUNS.path, key)}/resume", body, version=version).data
    _told(form, run)
    if follow:
        _follow(api, run["id"])


@runs.command("settle", cls=Verb)
@key
@click.option("--reason", required=True, help=_("What was found."))
@version_option
@formatted
def settle(*, form: Form, key: str, reason: str, version: int | None) -> None:
    """Say that what broke off was looked at, and is not gone on with."""
    _told(form, connect().post(f"{item(RUNS.path, key)}/settle", {"reason": reason}, version=version).data)


@runs.command("report", cls=Verb)
@click.option(
    "-f", "--file", "file", type=click.File("r", encoding="utf-8"), required=True,
    help=_("What was done, as YAML or JSON; `-` is the standard input."),
)  # fmt: skip
@formatted
def report(*, form: Form, file: IO[str]) -> None:
    """Put a run by hand on record; the callback plugin cloudctl_report does it by itself."""
    _told(form, connect().post(f"{RUNS.path}/reports", read_document(file)).data)


@runs.command("artifacts", cls=Verb)
@key
@click.option("--name", help=_("Write this file, to the standard output unless --output-file is given."))
@click.option(
    "--output-file", "target", type=click.Path(dir_okay=False, path_type=Path), help=_("Where to write it.")
)  # fmt: skip
@formatted
def artifacts(*, form: Form, key: str, name: str | None, target: Path | None) -> None:
    """List the files that a run left, or write one of them."""
    api = connect()
    where = f"{item(RUNS.path, key)}/artifacts"
    if name is None:
        form.rows(api.get(where).data, FILES)
        return
    content = api.download(f"{where}/content", query={"name": name})
    if target is None:
        click.echo(content, nl=False)
    else:
        target.write_bytes(content)
        click.echo(_("Written: {path}").format(path=target))


def _argument(given: str) -> tuple[str, Any]:
    """NAME=VALUE; a value that is JSON (a number, true, a list) is taken as that, any other as text."""
    name, equals, text = given.partition("=")
    if not equals or not name:
        raise click.UsageError(_("{value} is not NAME=VALUE.").format(value=given))
    try:
        return name, json.loads(text)
    except ValueError:
        return name, text


def _told(form: Form, run: Row) -> None:
    if form.is_table:
        form.record(_shown(run), SHOWN)
    else:
        form.record(run)


def _hosts(run: Row) -> list[Row]:
    """A row a host; `still_left` are those that a resume would go on with."""
    counts = {"tasks_ok": "ok", "tasks_changed": "changed", "tasks_failed": "failed",
              "tasks_unreachable": "unreachable", "tasks_skipped": "skipped"}  # fmt: skip
    return [
        {
            "host": host,
            **{title: stats[count] for title, count in counts.items()},
            "still_left": bool(stats["failed"] or stats["unreachable"] or host in run["unfinished"]),
        }
        for host, stats in sorted(run["stats"].items())
    ]


def _follow(api: Client, run_id: str) -> None:
    from cloudctl.cli.run_lines import follow as watch  # noqa: PLC0415 - only who follows needs it

    code = watch(api, run_id)
    if code is not Exit.OK:
        raise Failure(_(MEANINGS[code]), code)
