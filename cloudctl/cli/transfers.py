"""`cloudctl transfers`: resources that go to another department's system, with both heads' signatures."""

from __future__ import annotations

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.nouns import Noun, key, version_option
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

TRANSFERS = Noun(
    "transfers",
    columns=("number", "state", "giver", "taker", "system", "reason", "given_at", "taken_at", "ended_at"),
    filters=("number", "state"),
)

transfers = TRANSFERS.group(_("Resources that go to another department, with both heads' signatures."))


@transfers.command("create")
@click.option("--resource", "resources", multiple=True, required=True, help=_("A resource's id; once for each."))
@click.option("--to-department", required=True, help=_("The receiving department's code."))
@click.option("--to-system", required=True, help=_("The receiving system's code."))
@click.option("--reason", required=True, help=_("The reason; it goes on record."))
@formatted
def create(*, form: Form, resources: tuple[str, ...], to_department: str, to_system: str, reason: str) -> None:
    """Ask for a transfer; a server brings its volumes and addresses along."""
    body = {"resources": list(resources), "to_department": to_department, "to_system": to_system, "reason": reason}
    form.record(connect().post("/transfers", body).data)


@transfers.command("accept")
@key
@version_option
@formatted
def accept(*, form: Form, key: str, version: int | None) -> None:
    """Sign for your side, as its head; the second signature carries it out."""
    _act(form, key, "accept", {}, version)


@transfers.command("refuse")
@key
@click.option("--reason", required=True, help=_("The reason; it goes on record."))
@version_option
@formatted
def refuse(*, form: Form, key: str, reason: str, version: int | None) -> None:
    """Say no, as one of the heads."""
    _act(form, key, "refuse", {"reason": reason}, version)


@transfers.command("cancel")
@key
@click.option("--reason", help=_("The reason; it goes on record."))
@version_option
@formatted
def cancel(*, form: Form, key: str, reason: str | None, version: int | None) -> None:
    """Withdraw it, for the giving side."""
    _act(form, key, "cancel", {"reason": reason}, version)


def _act(form: Form, key: str, verb: str, body: dict[str, str | None], version: int | None) -> None:
    api = connect()
    where = item("/transfers", resolve(api, "transfers", key))
    form.record(api.post(f"{where}/{verb}", body, version=version).data)
