"""`cloudctl policies`: the rules in force on the server, and the tools for who writes them."""

from __future__ import annotations

import click

from cloudctl.cli.client import connect
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.groups import Entry, Lazy, Section, Verb
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.words import _

LOCAL = "cloudctl.cli.local.policies"


@click.command("list", cls=Verb)
@formatted
def list_policies(*, form: Form) -> None:
    """List the rules in force on the server."""
    answer = connect().get("/policies").data
    rows = answer if isinstance(answer, list) else answer["items"]
    if form.is_table:
        rows = [row | {"reason": in_my_language(row.get("reason"))} for row in rows]
    form.rows(rows, ("name", "version", "effect", "reason"))


policies = Lazy(
    "policies",
    (
        Section(
            _("On the server"),
            (Entry("list", f"{__name__}:list_policies", _("List the rules in force on the server.")),),
        ),
        Section(
            _("Here, without a server"),
            (
                Entry("check", f"{LOCAL}:check", _("Check policy files against their schema.")),
                Entry("test", f"{LOCAL}:test", _("Run the cases beside each rule.")),
                Entry("explain", f"{LOCAL}:explain", _("Say what every rule says about an order, and why.")),
            ),
        ),
    ),
    help=_("The rules that judge orders: list, check, test, explain."),
)
