"""`cloudctl authorities`: the platform's own certificate authorities, for ssh and TLS (证书)."""

from __future__ import annotations

from typing import Any

import click

from cloudctl.cli.client import connect
from cloudctl.cli.fields import body_of, options
from cloudctl.cli.groups import Verb
from cloudctl.cli.nouns import Noun, all_option, limit_option, say_more
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.words import _

CERTIFICATES = ("kind", "purpose", "names", "source_addresses", "starts_at", "ends_at", "serial", "subject_id")
AUTHORITIES = Noun(
    "authorities",
    columns=("kind", "number", "signs_from", "trusted_until", "ends_at", "key_id", "created_at"),
    filters=("kind",),
    single=False,
)

authorities = AUTHORITIES.group(_("Certificate authorities: list, trusted, rotate, certificates."))
_kind = click.argument("kind", type=click.Choice(("ssh", "tls")), help=_("ssh, or tls."))


@authorities.command("trusted", cls=Verb)
@_kind
def trusted(*, kind: str) -> None:
    """Print what is to be trusted: keys for sshd's TrustedUserCAKeys, or roots in PEM."""
    click.echo(connect().get(f"{AUTHORITIES.path}/{kind}/trusted").data["trusted"], nl=False)


@authorities.command("rotate", cls=Verb)
@_kind
@formatted
def rotate(*, form: Form, kind: str) -> None:
    """Make another authority: it signs in a week, and by then the hosts have to know it."""
    form.record(connect().post(f"{AUTHORITIES.path}/{kind}/rotate").data)


@authorities.command("certificates", cls=Verb)
@options("kind")
@limit_option
@all_option
@formatted
def certificates(*, form: Form, most: int, everything: bool, **filters: Any) -> None:
    """List what was signed, newest first."""
    api = connect()
    rows, more = api.rows(f"{AUTHORITIES.path}/certificates", body_of(api, filters), None if everything else most)
    form.rows(rows, CERTIFICATES)
    if more:
        say_more()
