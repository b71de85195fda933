"""`cloudctl orders`: a department's applications, from the draft to delivery.

An order is written as a document (`create -f order.yaml`); `docs/how-to/department.md` shows one. System and
department may be named by their codes.
"""

from __future__ import annotations

from typing import IO, Any

import click

from cloudctl.cli.batches import choosing, chosen
from cloudctl.cli.batches import decide as batch
from cloudctl.cli.client import Client, connect, item
from cloudctl.cli.defects import defect as stated
from cloudctl.cli.documents import read_document
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.fields import options
from cloudctl.cli.forms import show_evaluation, show_order
from cloudctl.cli.labels import label
from cloudctl.cli.nouns import Noun, key, version_option
from cloudctl.cli.output import Command, Decorator, Form, formatted
from cloudctl.cli.papers import print_order
from cloudctl.cli.ratings import for_people as rating_for_people
from cloudctl.cli.references import resolve
from cloudctl.cli.words import MEANINGS, _
from cloudctl.cli.workbooks import import_orders, order_form

COLUMNS = (
    "number", "state", "due_on", "days_left", "title", "department", "system", "zone", "cloud", "effect",
        "submitted_at",
)  # fmt: skip
ORDERS = Noun(
    "orders",
    columns=COLUMNS,
    filters=("state", "department_id", "system_id", "zone", "cloud", "number", "office_id", "emergency"),
    single=False,
)
_FILE: Decorator = click.option(
    "-f", "--file", "file", type=click.File("r", encoding="utf-8"), required=True,
    help=_("The order as YAML or JSON; `-` is the standard input."),
)  # fmt: skip
_DECLARED: Decorator = click.option(
    "--no-state-secrets/--state-secrets", "declared", default=None,
    help=_("The declaration that no state secrets are handled; what handles them is refused and not kept."),
)  # fmt: skip
_WAIT: Decorator = click.option("--wait", is_flag=True, help=_("Follow the build until it rests."))

orders = ORDERS.group(_("Apply for resources; sign off, review, approve; follow the build."))
orders.add_command(order_form)
orders.add_command(import_orders)
orders.add_command(print_order)


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
@_DECLARED
@formatted
def create(*, form: Form, file: IO[str], submit: bool, declared: bool | None) -> None:
    """Write an order as a draft, or hand it in at once."""
    api = connect()
    made = api.post("/orders", written(api, file, declared), query={"submit": "true"} if submit else None).data
    _told(form, made)


@orders.command("edit")
@key
@_FILE
@_DECLARED
@version_option
@formatted
def edit(*, form: Form, key: str, file: IO[str], version: int | None, declared: bool | None) -> None:
    """Rewrite fields of a draft or a returned order; what the file leaves out stays."""
    api = connect()
    where = item("/orders", resolve(api, "orders", key))
    _told(form, api.patch(where, written(api, file, declared), version=version).data)


@orders.command("check")
@_FILE
@formatted
def check(*, form: Form, file: IO[str]) -> None:
    """Say what would happen to an order if it were handed in; writes nothing."""
    api = connect()
    found = api.post("/orders/check", written(api, file)).data
    if form.is_table:
        show_evaluation(found)
    else:
        form.plain(found)


def _defects(name: str, text: str) -> Decorator:
    """An option of three words that can be given several times."""
    option: Decorator = click.option(name, multiple=True, nargs=3, metavar="GROUND FIELD WORDS", help=text)
    return option


@orders.command("return")
@choosing
@click.option("--missing", multiple=True, help=_("What is missing or wrong; once for each, all at once."))
@_defects("--defect", _("A defect: its ground, the field of the form (`-` for none), and words; once for each."))
@_defects("--new-defect", _("At a later return: the same for a defect that the correction caused."))
@click.option("--reason", help=_("The reason; it goes on record."))
@version_option
@formatted
def send_back(
    *,
    form: Form,
    keys: tuple[str, ...],
    missing: tuple[str, ...],
    defect: tuple[tuple[str, str, str], ...],
    new_defect: tuple[tuple[str, str, str], ...],
    reason: str | None,
    version: int | None,
    **many: Any,
) -> None:
    """Send orders back to the applicants for correction, with everything that is missing."""
    if not missing and not defect and not new_defect and not reason and not many["file"]:
        raise click.UsageError(_("Say what is missing: --missing or --reason."))
    defects = [stated(*entry, new=None) for entry in defect] + [stated(*entry, new=True) for entry in new_defect]
    words = {"missing": list(missing), "defects": defects, "reason": reason}
    _decide(form, "return", keys, words, version, **many)


@orders.command("follow")
@key
def follow(key: str) -> None:
    """Watch an order until it rests; the exit code says whether it was delivered."""
    api = connect()
    follow_build(api, resolve(api, "orders", key))


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
            follow_build(api, order["id"])


@orders.command("rate")
@key
@options("mark", required=True)
@options("reason")
@formatted
def rate(*, form: Form, key: str, mark: int, reason: str | None) -> None:
    """Rate a delivered order, once: 5 is very good; 1 and 2 need a reason, and the office owes an answer."""
    api = connect()
    where = item("/orders", resolve(api, "orders", key))
    made = api.post(f"{where}/rating", {"mark": mark, "reason": reason or ""}).data
    form.record(rating_for_people(made) if form.is_table else made)


def _decision_on_many(verb: str, help_line: str, *, waits: bool = False) -> None:
    """Adds a verb that takes one order, or many with a result for each."""

    @orders.command(verb, help=help_line)
    @choosing
    @click.option("--reason", help=_("The reason; it goes on record."))
    @version_option
    @(_WAIT if waits else _as_is)
    @formatted
    def run(
        *, form: Form, keys: tuple[str, ...], reason: str | None, version: int | None, wait: bool = False, **many: Any
    ) -> None:
        _decide(form, verb, keys, {"reason": reason}, version, wait=wait, **many)


def _decide(
    form: Form,
    verb: str,
    keys: tuple[str, ...],
    words: dict[str, Any],
    version: int | None,
    *,
    file: str | None,
    filters: tuple[str, ...],
    dry_run: bool,
    wait: bool = False,
) -> None:
    """One order by its id as ever; several, or a list of them, as a batch."""
    api = connect()
    if len(keys) == 1 and file is None and not filters and not dry_run:
        order = _act(api, keys[0], verb, words, version)
        _told(form, order)
        if wait:
            follow_build(api, order["id"])
        return
    if version is not None or wait:
        raise click.UsageError(_("--if-version and --wait go with one order."))
    given = {name: value for name, value in words.items() if value}
    batch(api, form, verb, chosen(api, keys, file, filters), given, dry_run=dry_run)


_decision("submit", _("Hand in a draft or a corrected order."), waits=True)
_decision("sign-off", _("Sign for the department, as its head."), waits=True)
_decision("accept", _("Accept a signed order; the specialists whom policies name are asked."))
_decision("refuse", _("Refuse to accept a signed order; a reason is required."))
_decision_on_many("approve", _("Approve orders: their builds start."), waits=True)
_decision("recall", _("Take an approval back, until the build starts; a reason is required."))
_decision_on_many("reject", _("Reject orders; a reason is required."))
_decision("take-over", _("Take an order over from its district's office; a reason is required."))
_decision("cancel", _("Withdraw an order; during the build everything is undone."))
_decision("close", _("Close the file of a delivered or failed order."))


def _act(api: Client, name: str, verb: str, body: dict[str, Any], version: int | None) -> dict[str, Any]:
    given = {field: value for field, value in body.items() if value}
    where = item("/orders", resolve(api, "orders", name))
    order: dict[str, Any] = api.post(f"{where}/{verb}", given, version=version).data
    return order


def written(api: Client, file: IO[str], declared: bool | None = None) -> dict[str, Any]:
    """The order in a file; its system may be named by its code, as `system` or `system_id`.

    The declaration may stand in the file, as `no_state_secrets`, or come from the command line.
    """
    order = read_document(file)
    if declared is not None:
        order["no_state_secrets"] = declared
    system = order.pop("system", None) or order.get("system_id")
    return order | {"system_id": resolve(api, "systems", str(system))} if system else order


def _told(form: Form, order: dict[str, Any]) -> None:
    """The order after an act: one line for people, the whole for programs."""
    if form.is_table:
        click.echo(_("Order {number} is now: {state}.").format(number=order["number"], state=label(order["state"])))
    else:
        form.record(order)


def follow_build(api: Client, order_id: str) -> None:
    """Returns when the order is delivered, with its progress on the way; fails where it ends otherwise."""
    from cloudctl.cli.progress import follow as watch  # noqa: PLC0415 - only who waits needs it

    code = watch(api, order_id)
    if code is not Exit.OK:
        raise Failure(_(MEANINGS[code]), code)
