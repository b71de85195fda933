"""`cloudctl hosts`: servers as playbooks know them (主机): enrolled, described, in quarantine."""

from __future__ import annotations

from typing import Any

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.fields import body_of, options
from cloudctl.cli.groups import Verb
from cloudctl.cli.labels import label
from cloudctl.cli.nouns import Noun, Row, acting, key, version_option
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

EDITABLE = ("address", "ssh_port", "host_account", "os_family", "os_name", "host_roles", "shared", "ring")
SENT = {"host_account": "account", "host_roles": "roles"}


def _shown(row: Row) -> Row:
    told = {**row, "address": row["address"] or next(iter(row.get("fixed_addresses") or ()), None)}
    return {**told, "life": label(row["life"])} if "life" in row else told


HOSTS = Noun(
    "hosts",
    columns=("name", "life", "address", "department", "system", "zone", "os_name", "roles", "ring", "id"),
    filters=(
        "name", "department_id", "system_id", "cloud", "zone", "life", "mlps_level", "shared", "os_family", "ring",
    ),
    shown=_shown,
)  # fmt: skip

hosts = HOSTS.group(_("Hosts of playbooks: list, enrol, edit, quarantine, release."))


@hosts.command("edit", cls=Verb)
@key
@options(*EDITABLE)
@version_option
@formatted
def edit(*, form: Form, key: str, version: int | None, **given: Any) -> None:
    """Say where it answers, what it is for and when it is patched."""
    api = connect()
    changes = _sent(body_of(api, given))
    if not changes:
        raise click.UsageError(_("Nothing to change: give an option."))
    form.record(api.patch(item(HOSTS.path, resolve(api, "hosts", key)), changes, version=version).data)


@hosts.command("enrol", cls=Verb)
@key
@click.option("--fingerprint", help=_("The fingerprint that its console shows, as SHA256:…; another one is refused."))
@click.option("--host-key", help=_("Its public host key itself; then it is not asked."))
@click.option("--again", is_flag=True, help=_("It was built anew: its new key takes the place of the pinned one."))
@options(*EDITABLE)
@formatted
def enrol(*, form: Form, key: str, fingerprint: str | None, host_key: str | None, again: bool, **given: Any) -> None:
    """Pin its host key, so that playbooks may play on it."""
    api = connect()
    said = {"fingerprint": fingerprint, "host_key": host_key, "again": again or None}
    body = _sent(body_of(api, given)) | {name: value for name, value in said.items() if value is not None}
    form.record(api.post(f"{item(HOSTS.path, resolve(api, 'hosts', key))}/enrol", body).data)


@hosts.command("script", cls=Verb)
@key
def script(*, key: str) -> None:
    """Print the script that makes a server trust the platform; run it there as root."""
    api = connect()
    told = api.get(f"{item(HOSTS.path, resolve(api, 'hosts', key))}/script").data
    click.echo(told["script"], nl=False)


acting(hosts, HOSTS.path, "quarantine", _("Take it out of every target group until it is released."), "reason")
acting(hosts, HOSTS.path, "release", _("End a quarantine that was ordered."), "reason")


def _sent(body: dict[str, Any]) -> dict[str, Any]:
    """Fields whose option has another name than the API's."""
    return {SENT.get(name, name): value for name, value in body.items()}
