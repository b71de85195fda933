"""`cloudctl zombies`: what nobody uses any more, with its evidence; purposes and exemptions.

`list` shows the last verdict on each system, `explain` why it is so, and what would change it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from cloudctl.cli.campaigns import campaign_verbs
from cloudctl.cli.clearings import case_verbs
from cloudctl.cli.client import connect, item
from cloudctl.cli.fields import Day, body_of, options
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.groups import Verbs
from cloudctl.cli.indicators import asked, day_option
from cloudctl.cli.local.backtests import backtest_verbs
from cloudctl.cli.nouns import Noun, Row, all_option, limit_option, say_more, version_option
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _
from cloudctl.cli.zombie_words import said

PURPOSES = (
    "ordinary", "batch", "seasonal", "standby", "disaster_recovery", "build", "monitoring", "replica", "dev_test",
)  # fmt: skip
EVIDENCE = ("speaks", "sign", "evidence", "value", "threshold", "since", "until", "covered", "source")
SERVERS = ("server", "cloud", "state", "purpose", "observed_days", "idle_days", "needed_days", "last_active_on")
SIDES = {"for": "+", "against": "-", "missing": "?"}
SYSTEM = click.argument("system", metavar="SYSTEM", help=_("The system: id or code."))


def _verdict(row: Row) -> Row:
    told = {name: said(row[name]) for name in ("state", "purpose", "rule")}
    return {**row, **told, "signs": [said(sign) for sign in row["signs"]], "before": said(row["before"] or "")}


ZOMBIES = Noun(
    "zombies",
    columns=("system", "name", "department", "state", "confidence", "signs", "purpose", "exempt_until", "day"),
    filters=("system_id", "department_id", "state", "purpose", "flagged"),
    single=False,
    joined=("department",),
    shown=_verdict,
)
PURPOSE_LIST = ("system", "server", "purpose", "reason", "suspected", "by", "created_at")
EXEMPTION_LIST = ("system", "state", "ends_on", "renewal", "reason", "asked_by", "decided_by", "answer", "id")

zombies = Verbs("zombies", help=_("Zombie systems: scan, list, explain, purposes, exemptions."))
campaign_verbs(zombies)
case_verbs(zombies)
backtest_verbs(zombies)


@zombies.command("scan")
@options("department_id", "policy")
@click.option("--as-of", "day", type=Day(), help=_("As of the end of this past day; nothing is kept."))
@formatted
def scan(*, form: Form, **given: Any) -> None:
    """Judge every system, or a department's, and put what is new on record."""
    api = connect()
    day = given.pop("day")
    told = api.post("/zombies/scans", body_of(api, given) | ({"day": day} if day else {})).data
    if not form.is_table:
        form.record(told)
        return
    click.echo(
        _("{systems} systems judged as of {day} by {policy} v{version}; {changed} verdicts are new on record.").format(
            systems=told["systems"], day=told["day"], policy=told["policy"], version=told["policy_version"],
            changed=told["changed"],
        )
    )  # fmt: skip
    for state, count in sorted(told["states"].items(), key=lambda pair: -pair[1]):
        click.echo(f"  {said(state)}: {count}")


zombies.add_command(ZOMBIES.listing())


@zombies.command("explain")
@SYSTEM
@day_option
@formatted
def explain(*, form: Form, system: str, day: str | None) -> None:
    """Say what a system is taken for, on which evidence for and against, and what would change that."""
    api = connect()
    told = api.get(f"{item('/systems', resolve(api, 'systems', system))}/verdict", asked(day, None)).data
    if not form.is_table:
        form.plain(told)
        return
    for line in _explained(told):
        click.echo(line)
    click.echo(_("Evidence (+ for a zombie, - against, ? not known):"))
    form.rows([_signal(one) for one in told["signals"]], EVIDENCE)
    if told["servers"]:
        click.echo(_("Servers:"))
        form.rows([_server(one) for one in told["servers"]], SERVERS)
    if told["changes"]:
        click.echo(_("What would change it:"))
    for words in told["changes"]:
        click.echo(f"  {in_my_language(words)}")


@zombies.command("history")
@SYSTEM
@limit_option
@all_option
@formatted
def history(*, form: Form, system: str, most: int, everything: bool) -> None:
    """List the verdicts on a system, newest first."""
    api = connect()
    query = {"system_id": resolve(api, "systems", system)}
    rows, more = api.rows("/zombies/verdicts", query, None if everything else most)
    shown = [_verdict(row) for row in rows] if form.is_table else rows
    form.rows(shown, ("day", "state", "before", "confidence", "signs", "purpose", "policy", "policy_version"))
    if more:
        say_more()


@zombies.command("purposes")
@options("system_id", "department_id", "purpose")
@limit_option
@all_option
@formatted
def purposes(*, form: Form, most: int, everything: bool, **filters: Any) -> None:
    """List what systems and servers were declared to be for, newest first."""
    _list(form, "/zombies/purposes", PURPOSE_LIST, filters, None if everything else most)


@zombies.command("declare")
@SYSTEM
@click.argument("purpose", metavar="PURPOSE", type=click.Choice(PURPOSES), help=_("One of: ") + ", ".join(PURPOSES))
@click.option("--server", help=_("Only this server of it: id or name."))
@click.option("--reason", required=True, help=_("What it does, and how often; it goes on record."))
@formatted
def declare(*, form: Form, system: str, purpose: str, server: str | None, reason: str) -> None:
    """Declare what a system, or one of its servers, is for; it stands until the next declaration."""
    api = connect()
    body = {"system_id": resolve(api, "systems", system), "purpose": purpose, "reason": reason}
    if server is not None:
        body["server_id"] = resolve(api, "servers", server)
    record = api.post("/zombies/purposes", body).data
    form.record(_purpose(record) if form.is_table else record)


@zombies.command("exemptions")
@options("system_id", "department_id", "state")
@limit_option
@all_option
@formatted
def exemptions(*, form: Form, most: int, everything: bool, **filters: Any) -> None:
    """List exemptions, asked for, granted and over, newest first."""
    _list(form, "/zombies/exemptions", EXEMPTION_LIST, filters, None if everything else most)


@zombies.command("exempt")
@SYSTEM
@options("ends_on", "reason", required=True)
@formatted
def exempt(*, form: Form, system: str, ends_on: str, reason: str) -> None:
    """Ask that a system is not cleared until a day; somebody else decides."""
    api = connect()
    body = {"system_id": resolve(api, "systems", system), "ends_on": ends_on, "reason": reason}
    form.record(api.post("/zombies/exemptions", body).data)


@zombies.command("decide")
@click.argument("exemption", metavar="ID", help=_("The exemption's id."))
@click.argument(
    "decision", metavar="grant|refuse", type=click.Choice(("grant", "refuse")), help=_("Grant it, or refuse it.")
)
@click.option("--answer", help=_("What the department is told; a refusal says why."))
@version_option
@formatted
def decide(*, form: Form, exemption: str, decision: str, answer: str | None, version: int | None) -> None:
    """Grant or refuse an exemption that somebody else asked for."""
    body = {"decision": decision} | ({"answer": answer} if answer else {})
    form.record(connect().post(f"{item('/zombies/exemptions', exemption)}/decide", body, version=version).data)


@zombies.command("revoke")
@click.argument("exemption", metavar="ID", help=_("The exemption's id."))
@options("reason", required=True)
@formatted
def revoke(*, form: Form, exemption: str, reason: str) -> None:
    """Take a granted exemption back."""
    form.record(connect().post(f"{item('/zombies/exemptions', exemption)}/revoke", {"reason": reason}).data)


def _list(form: Form, path: str, columns: tuple[str, ...], filters: dict[str, Any], most: int | None) -> None:
    api = connect()
    rows, more = api.rows(path, body_of(api, filters), most)
    form.rows([_purpose(row) for row in rows] if form.is_table else rows, columns)
    if more:
        say_more()


def _purpose(row: Row) -> Row:
    return {**row, "purpose": said(row["purpose"])} if "purpose" in row else row


def _explained(told: Row) -> Iterator[str]:
    yield _("{code} {name}: {state}, {confidence} % sure, as of {day} by {policy} v{version}.").format(
        code=told["code"], name=told["name"], state=said(told["state"]), confidence=told["confidence"],
        day=told["day"], policy=told["policy"], version=told["policy_version"],
    )  # fmt: skip
    yield in_my_language(told["words"])
    by = _("recognised") if told["recognised"] else _("declared")
    yield _("Purpose: {purpose} ({by}).").format(purpose=said(told["purpose"]), by=by)
    if told["exempt_until"]:
        yield _("Exempt from clearing until {day}.").format(day=told["exempt_until"])
    if told["same"] is not None:
        yield _("Computed again: the same.") if told["same"] else _("Computed again: NOT the same as on record.")


def _signal(one: Row) -> Row:
    unit = f" {one['unit']}" if one["unit"] else ""
    return {
        "speaks": SIDES[one["side"]],
        "sign": said(one["sign"]),
        "evidence": in_my_language(one["words"]),
        "value": _figure(one["value"], unit),
        "threshold": _figure(one["threshold"], unit),
        "since": one["since"],
        "until": one["until"],
        "covered": f"{100 * one['covered']:.0f}",
        "source": said(one["source"]),
    }


def _figure(value: object, unit: str) -> str | None:
    if value is None:
        return None
    return f"{value:g}{unit}" if isinstance(value, int | float) else str(value)


def _server(one: Row) -> Row:
    told = {"server": one["name"], "state": said(one["state"]), "purpose": said(one["purpose"])}
    return {**one, **told, "observed_days": f"{one['observed_days']}/{one['window_days']}"}
