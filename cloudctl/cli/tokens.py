"""`cloudctl tokens`: API tokens, shown once when they are issued and never again."""

from __future__ import annotations

from typing import Any

import click

from cloudctl.cli.client import Client, connect, item
from cloudctl.cli.fields import body_of, options
from cloudctl.cli.groups import Verbs
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

COLUMNS = ("name", "scopes", "created_at", "expires_at", "revoked_at", "id")

tokens = Verbs("tokens", help=_("API tokens: issued, shown once, revoked."))


@tokens.command("list")
@options("account_id")
@formatted
def list_tokens(*, form: Form, account_id: str | None) -> None:
    """List an account's tokens, by default your own; never their secrets."""
    api = connect()
    rows, _more = api.rows(_path(api, account_id), {}, None)
    form.rows(rows, COLUMNS)


@tokens.command("issue")
@options("account_id")
@options("name", required=True)
@options("days", "scopes")
@formatted
def issue(*, form: Form, account_id: str | None, **given: Any) -> None:
    """Issue a token, by default for yourself. Its secret is printed now and kept nowhere."""
    api = connect()
    made = api.post(_path(api, account_id), body_of(api, given)).data
    form.record(made, ("name", "secret", "scopes", "expires_at", "id"))
    if form.is_table:
        click.echo(_("Keep the secret now: it is not shown again."), err=True)


@tokens.command("revoke")
@click.argument("token", metavar="ID", help=_("The token's id."))
def revoke(token: str) -> None:
    """End a token now."""
    connect().delete(item("/tokens", token))
    click.echo(_("Revoked."))


def _path(api: Client, account: str | None) -> str:
    """Where the tokens of an account are; of one's own without one."""
    key = resolve(api, "accounts", account) if account else api.get("/me").data["account_id"]
    return item("/accounts", key) + "/tokens"
