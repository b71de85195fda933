"""`cloudctl waste`: what is held and not used, proposed to its owner (闲置浪费)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.fields import Day
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.groups import Verb
from cloudctl.cli.labels import label
from cloudctl.cli.nouns import Noun, Row, key, version_option
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.tables import cell
from cloudctl.cli.titles import title
from cloudctl.cli.words import _


def _shown(row: Row) -> Row:
    plain = {name: value for name, value in row.items() if name != "words"}
    told = {"finding": in_my_language(row["words"]), "next_step": in_my_language(row["next_step"])}
    return {**plain, **told, "waste_kind": row["kind"]}


WASTE = Noun(
    "waste",
    columns=("waste_kind", "name", "department", "state", "saved_fen", "finding", "order", "not_before", "id"),
    filters=("kind", "state", "cloud", "department_id", "system_id"),
    single=False,
    shown=_shown,
)

waste = WASTE.group(_("What is held and not used: right-sizing, disks, snapshots, addresses, segments."))


@waste.command("scan", cls=Verb)
@formatted
def scan(*, form: Form) -> None:
    """Look for waste on every cloud that was read well; again it changes nothing."""
    form.record(connect().post(f"{WASTE.path}/scan", {}).data)


@waste.command("explain", cls=Verb)
@key
@formatted
def explain(*, form: Form, key: str) -> None:
    """Say in words what is proposed, on what evidence, and what it gives back."""
    _explain(form, connect().get(item(WASTE.path, key)).data)


@waste.command("accept", cls=Verb)
@key
@click.option("--no-state-secrets", is_flag=True, help=_("Declare that no state secrets are handled, as any order."))
@click.option("--system", metavar="CODE", help=_("The system of the order, where what is given back has none."))
@version_option
@formatted
def accept(*, form: Form, key: str, no_state_secrets: bool, system: str | None, version: int | None) -> None:
    """Agree: the order that carries it out is written and handed in."""
    body: dict[str, Any] = {"no_state_secrets": True} if no_state_secrets else {}
    if system is not None:
        body["system"] = system
    _explain(form, connect().post(f"{item(WASTE.path, key)}/accept", body, version=version).data)


@waste.command("decline", cls=Verb)
@key
@click.option("--reason", required=True, help=_("What it is needed for; it goes on record."))
@click.option("--until", type=Day(), help=_("Up to which day it is not asked about again."))
@version_option
@formatted
def decline(*, form: Form, key: str, reason: str, until: str | None, version: int | None) -> None:
    """Say what it is needed for: it is not proposed again before its day."""
    body = {"reason": reason} | ({"until": until} if until else {})
    _explain(form, connect().post(f"{item(WASTE.path, key)}/decline", body, version=version).data)


def _explain(form: Form, proposal: Row) -> None:
    if not form.is_table:
        form.record(proposal)
        return
    for line in _explained(proposal):
        click.echo(line)


def _explained(proposal: Row) -> Iterator[str]:
    """The proposal as people read it: the sentence, what it rests on, what it gives back, one next step."""
    yield in_my_language(proposal["words"])
    for name, value in {**proposal["facts"], **proposal["saved"]}.items():
        if value not in (None, "", 0):
            yield f"  {title(name)}: {cell(name, value)}"
    worth = "?" if proposal["saved_fen"] is None else f"{proposal['saved_fen'] / 100:,.2f}"
    yield _("It would save {yuan} yuan a year, by version {version} of the price book.").format(
        yuan=worth, version=proposal["book_version"]
    )
    if proposal["state"] == "open":
        yield _("Next: {step}").format(step=in_my_language(proposal["next_step"]))
        return
    yield _("It is {state}. {reason}").format(state=label(proposal["state"]), reason=proposal["reason"] or "")
    if proposal["order_id"]:
        yield _("Its order: `cloudctl orders show {order}`.").format(order=proposal["order_id"])
    if proposal["not_before"]:
        yield _("It is not proposed again before {day}.").format(day=proposal["not_before"])
