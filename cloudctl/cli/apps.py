"""`cloudctl apps`: departments' applications on the platform, from the catalogue to their retirement.

cloudctl apps deploy department-site --zone extranet --code fgw-site --no-state-secrets --follow
cloudctl apps deploy department-site --zone extranet --each departments.csv --code site --no-state-secrets
cloudctl apps upgrade fgw-site --follow
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from cloudctl.cli.app_backups import backups
from cloudctl.cli.app_parameters import GIVEN, parameters
from cloudctl.cli.app_words import said
from cloudctl.cli.client import Client, connect, item
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.groups import Verb
from cloudctl.cli.nouns import Decorator, Noun, Row, key, version_option
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

RECORD = (
    "code", "name", "state", "reason", "stands", "url", "blueprint", "release", "wanted", "previous_release", "zone",
    "size", "instances", "own", "exposed", "app_owner", "certificate_until", "running_since", "on_hosts",
    "id", "version",
)  # fmt: skip
ACTS = ("created_at", "act", "state", "from_release", "to_release", "reason", "ended_at")
BACKUPS = ("taken_at", "cause_of_backup", "release", "size_bytes", "state", "verified_at", "keep_until", "id")
OFFERS = ("name", "title", "newest_release", "sizes", "zones", "mlps_level", "on_internet", "promised")
PARAMETERS = ("parameter", "title", "needed", "usual", "choices")


def _shown(row: Row) -> Row:
    """For people: words in their language."""
    told = {name: in_my_language(row.get(name)) for name in ("reason", "stands")}
    return {**row, **told, "state": said(row["state"]), "app_owner": row.get("owner")}


APPS = Noun(
    "apps",
    columns=("code", "name", "department", "blueprint", "release", "state", "reason", "address", "zone"),
    filters=("code", "state", "blueprint", "release", "zone", "department_id", "system_id"),
    single=False,
    joined=("department",),
    shown=_shown,
)
apps = APPS.group(
    _("Applications: catalogue, deploy, upgrade, rollback, backup, prove, restore, move, scale, renew, retire.")
)

apps.add_command(backups)

_FOLLOW: Decorator = click.option("--follow", is_flag=True, help=_("Wait for its end."))
_REASON: Decorator = click.option("--reason", required=True, help=_("The reason; it goes on record."))


@apps.command("catalogue", cls=Verb)
@click.argument("name", required=False, metavar="[BLUEPRINT]", help=_("One of them, with its parameters."))
@formatted
def catalogue(*, form: Form, name: str | None) -> None:
    """List what can be deployed; of one, the parameters that it takes."""
    api = connect()
    if name is None:
        offers = api.get("/blueprints").data
        form.rows([_offer(offer) for offer in offers] if form.is_table else offers, OFFERS)
        return
    offer = api.get(item("/blueprints", name)).data
    if form.is_table:
        form.record(_offer(offer), OFFERS)
        form.rows([_parameter(field) for field in offer["fields"]], PARAMETERS)
    else:
        form.record(offer)


_OPTIONS: tuple[Decorator, ...] = (
    click.option("--zone", required=True, help=_("The network zone.")),
    click.option("--code", help=_("Its code, which begins its address; with --each, what follows a department's.")),
    click.option("--name", help=_("What people call it.")),
    click.option("--department", help=_("For which department: id or code.")),
    click.option(
        "--each",
        "listed",
        type=click.File("r", encoding="utf-8-sig"),
        help=_("One for each department of a list: CSV with the column `code`, or a code a line."),
    ),
    click.option("--system", help=_("The system that it belongs to: id or code; without it, a new one.")),
    click.option("--mlps-level", type=click.IntRange(1, 5), help=_("The MLPS level of a new system.")),
    click.option("--release", help=_("Which release; without it, the newest.")),
    click.option("--size", help=_("Which size; without it, the smallest.")),
    GIVEN,
    click.option("--cloud", help=_("In which cloud; without it, any.")),
    click.option("--own", is_flag=True, help=_("On servers of its own, not on shared hosts.")),
    click.option("--order", help=_("The order that brings its servers: id or number.")),
    click.option("--exposed", is_flag=True, help=_("To be reached from the Internet.")),
    click.option("--owner", default="", help=_("Who answers for it.")),
    click.option(
        "--no-state-secrets",
        "declared",
        is_flag=True,
        default=None,
        help=_("The declaration that no state secrets are handled; what handles them is refused and not kept."),
    ),
)
_IDS = (
    ("department", "departments", "department_id"),
    ("system", "systems", "system_id"),
    ("order", "orders", "order_id"),
)
EACH = ("department", "code", "new_app", "state", "note")


def _wanted(command: Callable[..., None]) -> Callable[..., None]:
    for decorate in reversed(_OPTIONS):
        command = decorate(command)
    return command


@apps.command("deploy", cls=Verb)
@click.argument("blueprint", metavar="BLUEPRINT", help=_("What to deploy, from the catalogue."))
@_wanted
@_FOLLOW
@formatted
def deploy(*, form: Form, blueprint: str, listed: Any, follow: bool, **given: Any) -> None:
    """Deploy an application; with --each one for each department of a list, again without any effect."""
    api = connect()
    body = _body(api, blueprint, given)
    if listed is None:
        _answered(api, form, api.post("/apps", body).data, follow=follow)
        return
    if given["department"] or given["system"] or given["order"]:
        raise click.UsageError(_("A list names the departments: leave out --department, --system and --order."))
    rows = api.post("/apps/each", {**body, "departments": _codes(listed)}).data["items"]
    if follow:
        _follow_all(api, rows)
    shown = [
        {**row, "state": said(row["state"]), "note": in_my_language(row["note"]), "new_app": row["new"]} for row in rows
    ]
    form.rows(shown if form.is_table else rows, ("department", "code", "new_app", "state", "note"))
    if follow and any(row["state"] not in {"running", "asked", "waiting"} for row in rows):
        raise Failure(_("Not everything came about; the state says what did."), Exit.UNFINISHED)


@apps.command("status", cls=Verb)
@key
@formatted
def status(*, form: Form, key: str) -> None:
    """Show one with where it stands, what was done to it, and its backups."""
    api = connect()
    told = api.get(f"{_where(api, key)}/status").data
    if not form.is_table:
        form.record(told)
        return
    hosts = ", ".join(f"{place['host']} ({place['address']})" for place in told["places"])
    form.record({**_shown(told["app"]), "on_hosts": hosts}, RECORD)
    if told["acts"]:
        form.rows([{**_shown(act), "act": said(act["kind"])} for act in told["acts"]], ACTS)
    if told["backups"]:
        backups = [
            {**row, "cause_of_backup": said(row["cause"]), "state": said(row["state"])} for row in told["backups"]
        ]
        form.rows(backups, BACKUPS)


@apps.command("upgrade", cls=Verb)
@key
@click.option("--release", help=_("Which release; without it, the newest."))
@_FOLLOW
@version_option
@formatted
def upgrade(*, form: Form, key: str, release: str | None, follow: bool, version: int | None) -> None:
    """Bring one to another release: backed up first, rolled back where it does not answer."""
    _act(form, key, "upgrade", {"release": release}, version, follow=follow)


@apps.command("rollback", cls=Verb)
@key
@_FOLLOW
@version_option
@formatted
def rollback(*, form: Form, key: str, follow: bool, version: int | None) -> None:
    """Bring one back to the release before its last upgrade, with its present content."""
    _act(form, key, "rollback", None, version, follow=follow)


@apps.command("backup", cls=Verb)
@key
@_FOLLOW
@version_option
@formatted
def backup(*, form: Form, key: str, follow: bool, version: int | None) -> None:
    """Back one up."""
    _act(form, key, "backup", None, version, follow=follow)


@apps.command("prove", cls=Verb)
@key
@click.option("--backup", "backup_id", help=_("Which backup, by its id; without it, the newest that is good."))
@_FOLLOW
@version_option
@formatted
def prove(*, form: Form, key: str, backup_id: str | None, follow: bool, version: int | None) -> None:
    """Restore a backup as a test, into an instance beside it that is taken away again."""
    _act(form, key, "prove", {"backup_id": backup_id}, version, follow=follow)


@apps.command("restore", cls=Verb)
@key
@click.option("--backup", "backup_id", help=_("Which backup, by its id; without it, the newest that is good."))
@_FOLLOW
@version_option
@formatted
def restore(*, form: Form, key: str, backup_id: str | None, follow: bool, version: int | None) -> None:
    """Put a backup back, on another host where its own is gone; by id also what a retired one of its kind left."""
    _act(form, key, "restore", {"backup_id": backup_id}, version, follow=follow)


@apps.command("move", cls=Verb)
@key
@click.option("--cloud", help=_("To which cloud; without it, any other host."))
@_FOLLOW
@version_option
@formatted
def move(*, form: Form, key: str, cloud: str | None, follow: bool, version: int | None) -> None:
    """Put one on another host, under the same name."""
    _act(form, key, "move", {"cloud": cloud}, version, follow=follow)


@apps.command("scale", cls=Verb)
@key
@click.option("--hosts", type=click.IntRange(1, 16), required=True, help=_("On how many hosts it is to stand."))
@_FOLLOW
@version_option
@formatted
def scale(*, form: Form, key: str, hosts: int, follow: bool, version: int | None) -> None:
    """Put one on more hosts or fewer, behind a balancer from two on, under the same name."""
    _act(form, key, "scale", {"hosts": hosts}, version, follow=follow)


@apps.command("renew", cls=Verb)
@key
@_FOLLOW
@version_option
@formatted
def renew(*, form: Form, key: str, follow: bool, version: int | None) -> None:
    """Have one show another certificate, before the one that it has would be renewed by itself."""
    _act(form, key, "renew", None, version, follow=follow)


@apps.command("retire", cls=Verb)
@key
@_REASON
@click.option("--without-backup", default="", help=_("Why there is no last backup; the office says so."))
@_FOLLOW
@version_option
@formatted
def retire(*, form: Form, key: str, reason: str, without_backup: str, follow: bool, version: int | None) -> None:
    """Take one down after a last backup."""
    _act(form, key, "retire", {"reason": reason, "without_backup": without_backup}, version, follow=follow)


@apps.command("approve", cls=Verb)
@key
@_FOLLOW
@version_option
@formatted
def approve(*, form: Form, key: str, follow: bool, version: int | None) -> None:
    """Give the office's leave, as somebody else than who asked."""
    _act(form, key, "approve", None, version, follow=follow)


@apps.command("reject", cls=Verb)
@key
@_REASON
@version_option
@formatted
def reject(*, form: Form, key: str, reason: str, version: int | None) -> None:
    """Refuse the office's leave."""
    _act(form, key, "reject", {"reason": reason}, version, follow=False)


@apps.command("withdraw", cls=Verb)
@key
@version_option
@formatted
def withdraw(*, form: Form, key: str, version: int | None) -> None:
    """Give one up before anything of it stands."""
    _act(form, key, "withdraw", None, version, follow=False)


@apps.command("retry", cls=Verb)
@key
@_FOLLOW
@version_option
@formatted
def retry(*, form: Form, key: str, follow: bool, version: int | None) -> None:
    """Deploy one again that waits, failed, or needs a person."""
    _act(form, key, "retry", None, version, follow=follow)


@apps.command("settle", cls=Verb)
@key
@_REASON
@version_option
@formatted
def settle(*, form: Form, key: str, reason: str, version: int | None) -> None:
    """Say that a person has looked at one that needed it; refused while it does not answer its checks."""
    _act(form, key, "settle", {"reason": reason}, version, follow=False)


def _act(form: Form, key: str, verb: str, body: Any, version: int | None, *, follow: bool) -> None:
    api = connect()
    made = api.post(f"{_where(api, key)}/{verb}", body, version=version).data
    _answered(api, form, made, follow=follow)


def _answered(api: Client, form: Form, record: Row, *, follow: bool) -> None:
    if follow:
        from cloudctl.cli.app_watching import rested  # noqa: PLC0415 - only who follows waits

        record = rested(api, record["id"])
    form.record(_shown(record) if form.is_table else record, RECORD)
    if follow and record["state"] not in {"running", "retired", "asked", "waiting"}:
        raise Failure(_("Not everything came about; the state says what did."), Exit.UNFINISHED)


def _follow_all(api: Client, rows: list[Row]) -> None:
    from cloudctl.cli.app_watching import all_rested  # noqa: PLC0415 - only who follows waits

    now = all_rested(api, [row["id"] for row in rows])
    for row in rows:
        row["state"] = now[row["id"]]


def _body(api: Client, blueprint: str, given: Row) -> Row:
    """What the API takes: ids instead of codes, parameters as their form says."""
    body = {
        "blueprint": blueprint, "zone": given["zone"], "code": given["code"], "name": given["name"],
        "mlps_level": given["mlps_level"], "release": given["release"], "size": given["size"],
        "cloud": given["cloud"], "own": given["own"], "exposed": given["exposed"], "owner": given["owner"],
        "no_state_secrets": given["declared"], "parameters": parameters(api, blueprint, given["given"]),
    }  # fmt: skip
    for option, noun, field in _IDS:
        if given[option] is not None:
            body[field] = resolve(api, noun, given[option])
    return body


def _codes(file: Any) -> list[str]:
    """The departments of a list: its column `code`, or its lines."""
    import csv  # noqa: PLC0415 - only who has a list reads one

    lines = [line for line in csv.reader(file) if line and line[0].strip() and not line[0].startswith("#")]
    heading = [name.strip().lower() for name in lines[0]] if lines else []
    if "code" in heading:
        place = heading.index("code")
        return [line[place].strip() for line in lines[1:] if len(line) > place]
    return [line[0].strip() for line in lines]


def _line(row: Row) -> Row:
    return {**row, "state": said(row["state"]), "note": in_my_language(row["note"]), "new_app": row["new"]}


def _offer(offer: Row) -> Row:
    return {
        "name": offer["name"], "title": in_my_language(offer["title"]),
        "newest_release": offer["releases"][-1]["version"], "sizes": ", ".join(size["code"] for size in offer["sizes"]),
        "zones": ", ".join(offer["zones"]) or _("all"), "mlps_level": offer["max_mlps_level"],
        "on_internet": offer["internet"], "promised": offer["availability"],
    }  # fmt: skip


def _parameter(field: Row) -> Row:
    return {
        "parameter": field["name"], "title": in_my_language(field["title"]), "needed": field["required"],
        "usual": field["default"], "choices": ", ".join(map(str, field["choices"])),
    }  # fmt: skip


def _where(api: Client, key: str) -> str:
    return item("/apps", resolve(api, "apps", key))
