"""`cloudctl zombies campaign`: a policy applied to a scope, its dry run, and the kill switch."""

from __future__ import annotations

from typing import Any

import click

from cloudctl.cli.clearing_words import said
from cloudctl.cli.client import connect, item
from cloudctl.cli.fields import body_of, options
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.groups import Verbs
from cloudctl.cli.nouns import Noun, Row, key, version_option
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _
from cloudctl.cli.zombie_words import said as verdict_said

LINES = ("system", "name", "department", "state", "confidence", "taken", "grounds_told")
STOPS = ("state", "reason", "thrown_at", "asked_at", "asking", "lifted_at")


def _campaign(row: Row) -> Row:
    """A policy in full is for programs."""
    shown = {name: value for name, value in row.items() if name != "policy" or isinstance(value, str)}
    return {**shown, "state": said(row["state"])}


CAMPAIGNS = Noun(
    "campaigns",
    columns=("number", "title", "state", "policy", "clearings", "clearings_open", "starter", "started_at", "id"),
    filters=("number", "state"),
    shown=_campaign,
)

campaign = Verbs("campaign", help=_("Campaigns: who would be taken on, started, stopped; the kill switch."))
campaign.add_command(CAMPAIGNS.listing())
campaign.add_command(CAMPAIGNS.showing())

_SCOPE = (
    click.option("--policy", default="default", show_default=True, help=_("The policy, by its name.")),
    click.option("--department", "departments", multiple=True, help=_("Only this department; once for each.")),
    click.option("--zone", "zones", multiple=True, help=_("Only systems in this zone; once for each.")),
    click.option("--system", "systems", multiple=True, help=_("Only this system; once for each.")),
)


def _scoped(command: Any) -> Any:
    for option in reversed(_SCOPE):
        command = option(command)
    return command


@campaign.command("start")
@click.option("--title", default="", help=_("What it is called; a dry run needs none."))
@_scoped
@click.option("--dry-run", is_flag=True, help=_("Show who would be taken on, and keep nothing."))
@formatted
def start(
    *,
    form: Form,
    title: str,
    policy: str,
    departments: tuple[str, ...],
    zones: tuple[str, ...],
    systems: tuple[str, ...],
    dry_run: bool,
) -> None:
    """Start a campaign: its policy is frozen, and the owners of whom it takes on are told."""
    api = connect()
    body: dict[str, Any] = {
        "policy": policy,
        "departments": [resolve(api, "departments", one) for one in departments],
        "zones": list(zones),
        "systems": [resolve(api, "systems", one) for one in systems],
    }
    if not dry_run and not title.strip():
        raise click.UsageError(_("A campaign needs a title: --title."))
    told = api.post("/campaigns/plan", body).data if dry_run else api.post("/campaigns", {**body, "title": title}).data
    if not form.is_table:
        form.plain(told)
        return
    form.rows([_line(one) for one in told["lines"]], LINES)
    if dry_run:
        click.echo(_("{taken} would be taken on. A dry run: nothing was kept.").format(taken=told["taken"]))
    else:
        number = told["campaign"]["number"]
        click.echo(_("{number} has started: {taken} are taken on.").format(number=number, taken=told["taken"]))


@campaign.command("stop")
@key
@options("reason", required=True)
@version_option
@formatted
def stop(*, form: Form, key: str, version: int | None, **given: Any) -> None:
    """Stop one campaign: its cases are held at their next step."""
    _act(form, key, "stop", given, version)


@campaign.command("resume")
@key
@options("reason")
@version_option
@formatted
def resume(*, form: Form, key: str, version: int | None, **given: Any) -> None:
    """Let a stopped campaign go on; not by who stopped it."""
    _act(form, key, "resume", given, version)


@campaign.command("stops")
@formatted
def stops(*, form: Form) -> None:
    """List the throws of the kill switch, newest first."""
    rows = connect().get("/stops").data
    form.rows([_campaign(row) for row in rows] if form.is_table else rows, STOPS)


@campaign.command("stop-all")
@options("reason", required=True)
@formatted
def stop_all(*, form: Form, reason: str) -> None:
    """Throw the kill switch: every campaign stops at its next step; restoring goes on."""
    _stop(form, connect().post("/stops", {"reason": reason}).data)


@campaign.command("ask-lift")
@options("reason", required=True)
@formatted
def ask_lift(*, form: Form, reason: str) -> None:
    """Ask to lift the kill switch; a second person lifts it."""
    _stop(form, connect().post("/stops/ask", {"reason": reason}).data)


@campaign.command("lift")
@formatted
def lift(*, form: Form) -> None:
    """Lift the kill switch that somebody else asks to lift."""
    _stop(form, connect().post("/stops/lift", {}).data)


def campaign_verbs(group: Verbs) -> None:
    """Adds `campaign`."""
    group.add_command(campaign)


def _act(form: Form, key: str, verb: str, given: dict[str, Any], version: int | None) -> None:
    api = connect()
    where = item(CAMPAIGNS.path, resolve(api, "campaigns", key))
    record = api.post(f"{where}/{verb}", body_of(api, given), version=version).data
    form.record(_campaign(record) if form.is_table else record)


def _stop(form: Form, record: Row) -> None:
    form.record(_campaign(record) if form.is_table else record, STOPS)


def _line(one: Row) -> Row:
    return {**one, "state": verdict_said(one["state"]), "grounds_told": in_my_language(one["words"])}
