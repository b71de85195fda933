"""`cloudctl policies`: the rules in force on the server, and the tools for who writes them."""

from __future__ import annotations

import click

from cloudctl.cli.client import connect
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.forms import show_evaluation
from cloudctl.cli.groups import Entry, Lazy, Section, Verb
from cloudctl.cli.nouns import key
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

LOCAL = "cloudctl.cli.local.policies"


@click.command("list", cls=Verb)
@formatted
def list_policies(*, form: Form) -> None:
    """List the rules in force on the server."""
    rows = connect().get("/policies").data
    if form.is_table:
        rows = [row | {"reason": in_my_language(row.get("reason"))} for row in rows]
    form.rows(rows, ("name", "version", "effect", "reason"))


@click.command("judge", cls=Verb)
@key
@formatted
def judge(*, form: Form, key: str) -> None:
    """Say what every rule on the server says about an order as it stands now; writes nothing."""
    api = connect()
    found = api.post("/policies/explain", {"order_id": resolve(api, "orders", key)}).data
    if form.is_table:
        show_evaluation(found)
    else:
        form.plain(found)


policies = Lazy(
    "policies",
    (
        Section(
            _("On the server"),
            (
                Entry("list", f"{__name__}:list_policies", _("List the rules in force on the server.")),
                Entry("judge", f"{__name__}:judge", _("Judge an order on record by them.")),
            ),
        ),
        Section(
            _("Here, without a server"),
            (
                Entry("check", f"{LOCAL}:check", _("Check policy files against their schema.")),
                Entry("test", f"{LOCAL}:test", _("Run the cases beside each rule.")),
                Entry("explain", f"{LOCAL}:explain", _("Say what every rule makes of a file of facts.")),
            ),
        ),
    ),
    help=_("The rules that judge orders: list, check, test, explain."),
)
