"""`cloudctl orders`: a department's applications, from the draft to delivery.

An order is written as a document (`create -f order.yaml`); `docs/how-to/department.md` shows one. System and
department may be named by their codes.
"""

from __future__ import annotations

from typing import IO, Any

import click

from cloudctl.cli.client import Client, connect, item
from cloudctl.cli.documents import read_document
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.forms import show_assessment, show_order
from cloudctl.cli.nouns import Noun, key, version_option
from cloudctl.cli.output import Command, Decorator, Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.titles import label
from cloudctl.cli.words import MEANINGS, _

ORDERS = Noun(
    "orders",
    columns=("number", "state", "title", "department", "system", "zone", "cloud", "effect", "submitted_at"),
    filters=("state", "department_id", "system_id", "zone", "cloud", "number"),
    single=False,
)
_FILE: Decorator = click.option(
    "-f", "--file", "file", type=click.File("r", encoding="utf-8"), required=True,
    help=_("The order as YAML or JSON; `-` is the standard input."),
)  # fmt: skip
_WAIT: Decorator = click.option("--wait", is_flag=True, help=_("Follow the build until it rests."))

orders = ORDERS.group(_("Apply for resources; sign off, review, approve; follow the build."))


@orders.command("show")
@key
@formatted
def show(*, form: Form, key: str) -> None:
    """Show one: its form, items, findings, what it asks for beside quota and capacity, and its history."""
    api = connect()
    order = api.get(item("/orders", resolve(api, "orders", key))).data
    if form.is_table:
        show_order(api, order)
    else:
        form.record(order)


@orders.command("create")
@_FILE
@click.option("--submit", is_flag=True, help=_("Hand it in at once."))
@formatted
def create(*, form: Form, file: IO[str], submit: bool) -> None:
    """Write an order as a draft, or hand it in at once."""
    api = connect()
    made = api.post("/orders", _written(api, file), query={"submit": "true"} if submit else None).data
    _told(form, made)


@orders.command("edit")
@key
@_FILE
@version_option
@formatted
def edit(*, form: Form, key: str, file: IO[str], version: int | None) -> None:
    """Rewrite fields of a draft or a returned order; what the file leaves out stays."""
    api = connect()
    where = item("/orders", resolve(api, "orders", key))
    _told(form, api.patch(where, _written(api, file), version=version).data)


@orders.command("check")
@_FILE
@formatted
def check(*, form: Form, file: IO[str]) -> None:
    """Say what would happen to an order if it were handed in; writes nothing."""
    api = connect()
    found = api.post("/orders/check", _written(api, file)).data
    if form.is_table:
        show_assessment(found)
    else:
        form.plain(found)


@orders.command("return")
@key
@click.option("--missing", multiple=True, help=_("What is missing or wrong; once for each, all at once."))
@click.option("--reason", help=_("The reason; it goes on record."))
@version_option
@formatted
def send_back(*, form: Form, key: str, missing: tuple[str, ...], reason: str | None, version: int | None) -> None:
    """Send an order back to the applicant for correction, with everything that is missing."""
    if not missing and not reason:
        raise click.UsageError(_("Say what is missing: --missing or --reason."))
    _told(form, _act(connect(), key, "return", {"missing": list(missing), "reason": reason}, version))


@orders.command("follow")
@key
def follow(key: str) -> None:
    """Watch an order until it rests; the exit code says whether it was delivered."""
    api = connect()
    _follow(api, resolve(api, "orders", key))


def _as_is(command: Command) -> Command:
    return command


def _decision(verb: str, help_line: str, *, waits: bool = False) -> None:
    """Adds a verb that moves an order on, with a reason for the record."""

    @orders.command(verb, help=help_line)
    @key
    @click.option("--reason", help=_("The reason; it goes on record."))
    @version_option
    @(_WAIT if waits else _as_is)
    @formatted
    def run(*, form: Form, key: str, reason: str | None, version: int | None, wait: bool = False) -> None:
        api = connect()
        order = _act(api, key, verb, {"reason": reason}, version)
        _told(form, order)
        if wait:
            _follow(api, order["id"])


_decision("submit", _("Hand in a draft or a corrected order."), waits=True)
_decision("sign-off", _("Sign for the department, as its head."), waits=True)
_decision("review", _("Take an order up for review."))
_decision("approve", _("Approve an order: the build starts."), waits=True)
_decision("reject", _("Reject an order; a reason is required."))
_decision("cancel", _("Withdraw an order; during the build everything is undone."))
_decision("close", _("Close the file of a delivered or failed order."))


def _act(api: Client, name: str, verb: str, body: dict[str, Any], version: int | None) -> dict[str, Any]:
    given = {field: value for field, value in body.items() if value}
    where = item("/orders", resolve(api, "orders", name))
    order: dict[str, Any] = api.post(f"{where}/{verb}", given, version=version).data
    return order


def _written(api: Client, file: IO[str]) -> dict[str, Any]:
    """The order in a file; its system may be named by its code, as `system` or `system_id`."""
    order = read_document(file)
    system = order.pop("system", None) or order.get("system_id")
    return order | {"system_id": resolve(api, "systems", str(system))} if system else order


def _told(form: Form, order: dict[str, Any]) -> None:
    """The order after an act: one line for people, the whole for programs."""
    if form.is_table:
        click.echo(_("Order {number} is now: {state}.").format(number=order["number"], state=label(order["state"])))
    else:
        form.record(order)


def _follow(api: Client, order_id: str) -> None:
    from cloudctl.cli.progress import follow as watch  # noqa: PLC0415 - only who waits needs it

    code = watch(api, order_id)
    if code is not Exit.OK:
        raise Failure(_(MEANINGS[code]), code)
