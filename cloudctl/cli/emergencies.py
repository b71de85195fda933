"""`cloudctl emergencies`: orders approved by telephone, built at once, signed after the fact.

cloudctl emergencies create --from order.json --approved-by 王海 --approved-at "2026-11-21 09:30" --by-phone "..."
cloudctl emergencies create --from order.json ... --deploy emergency --code fgw-relief --set title=台风救灾 --follow
cloudctl emergencies list --state overdue
"""

from __future__ import annotations

from typing import IO

import click

from cloudctl.cli.app_parameters import GIVEN, parameters
from cloudctl.cli.client import Client, connect, item
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.fields import Moment
from cloudctl.cli.nouns import Noun, Row, key, version_option
from cloudctl.cli.orders import follow_build, written
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

EMERGENCIES = Noun(
    "emergencies",
    columns=("number", "state", "order", "department", "approver", "approved_at", "due_at", "late", "document_number"),
    filters=("number", "state", "department_id"),
    joined=("department",),
)

emergencies = EMERGENCIES.group(_("Orders approved by telephone: built first, signed after."))


@emergencies.command("create")
@click.option(
    "--from",
    "file",
    type=click.File("r", encoding="utf-8", lazy=True),
    required=True,
    help=_("The order as YAML or JSON; `-` is the standard input."),
)
@click.option("--approved-by", "approver", required=True, help=_("Who gave the word by telephone."))
@click.option("--approved-at", "approved_at", type=Moment(), required=True, help=_("When, by the clock on the wall."))
@click.option("--by-phone", "note", required=True, help=_("What was said; it goes on record."))
@click.option("--raise-quota", is_flag=True, help=_("Raise the department's limits to what the order needs."))
@click.option(
    "--no-state-secrets",
    "declared",
    is_flag=True,
    default=None,
    help=_("The declaration that no state secrets are handled; what handles them is refused and not kept."),
)
@click.option("--deploy", "blueprint", help=_("What is to run on the servers, from the catalogue of applications."))
@click.option("--code", help=_("With --deploy: the application's code, which begins its address."))
@GIVEN
@click.option("--follow", is_flag=True, help=_("Wait until it is built, and with --deploy until that answers."))
@formatted
def create(
    *,
    form: Form,
    file: IO[str],
    approver: str,
    approved_at: str,
    note: str,
    raise_quota: bool,
    declared: bool | None,
    blueprint: str | None,
    code: str | None,
    given: tuple[str, ...],
    follow: bool,
) -> None:
    """Enter an order that was approved by telephone; its build is queued at once, and what is to run on it."""
    if (blueprint is None) != (code is None) or (blueprint is None and given):
        raise click.UsageError(_("--deploy and --code go together, and --set needs both."))
    api = connect()
    body: Row = {
        "order": written(api, file, declared),
        "approver": approver,
        "approved_at": approved_at,
        "note": note,
        "raise_quota": raise_quota,
    }
    if blueprint is not None:
        body["app"] = {"blueprint": blueprint, "code": code, "parameters": parameters(api, blueprint, given)}
    made = api.post("/emergencies", body).data
    form.record(made)
    if follow:
        follow_build(api, made["order_id"])
    if follow and code is not None:
        _answers(api, code)


@emergencies.command("complete")
@key
@click.option("--document-number", required=True, help=_("The document number of the signed form."))
@version_option
@formatted
def complete(*, form: Form, key: str, document_number: str, version: int | None) -> None:
    """Sign after the fact, as the department head, and hand the form in."""
    _act(form, key, "complete", {"document_number": document_number}, version)


@emergencies.command("return")
@key
@click.option("--reason", required=True, help=_("The reason; it goes on record."))
@version_option
@formatted
def send_back(*, form: Form, key: str, reason: str, version: int | None) -> None:
    """Send a form back that is not in order; it is owed again."""
    _act(form, key, "return", {"reason": reason}, version)


@emergencies.command("close")
@key
@click.option("--reason", help=_("The reason; it goes on record."))
@version_option
@formatted
def close(*, form: Form, key: str, reason: str | None, version: int | None) -> None:
    """Close a record whose form is in order; not by who entered it."""
    _act(form, key, "close", {"reason": reason}, version)


def _answers(api: Client, code: str) -> None:
    """Returns when the application answers, and fails where it does not come to that."""
    from cloudctl.cli.app_watching import brought_about  # noqa: PLC0415 - only who follows waits

    app = brought_about(api, resolve(api, "apps", code))
    if app["state"] == "waiting":
        raise Failure(
            _(
                "No host has room for it yet. It goes on by itself; what it waits for: cloudctl apps status {code}"
            ).format(code=code),
            Exit.UNFINISHED,
        )
    if app["state"] != "running":
        raise Failure(_("Not everything came about; the state says what did."), Exit.UNFINISHED)
    click.echo(app["url"], err=True)


def _act(form: Form, key: str, verb: str, body: dict[str, str | None], version: int | None) -> None:
    api = connect()
    where = item("/emergencies", resolve(api, "emergencies", key))
    form.record(api.post(f"{where}/{verb}", body, version=version).data)
