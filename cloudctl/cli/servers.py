"""`cloudctl servers`: what runs, and the acts on one server that need no order."""

from __future__ import annotations

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.fields import options
from cloudctl.cli.nouns import acting, key
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.resources import kind_of_resource
from cloudctl.cli.words import _

servers = kind_of_resource(
    "servers",
    ("specification", "vcpu", "memory_mib", "fixed_addresses", "power"),
    _("Servers: list, console, start, stop, snapshot, restore."),
)
acting(servers, "/servers", "start", _("Switch one on."))
acting(servers, "/servers", "stop", _("Switch one off."))


@servers.command("snapshot")
@key
@options("name", required=True)
@formatted
def snapshot(*, form: Form, key: str, name: str) -> None:
    """Make an image of a server as it is now."""
    api = connect()
    form.record(api.post(item("/servers", resolve(api, "servers", key)) + "/snapshot", {"name": name}).data)


@servers.command("console")
@key
@formatted
def console(*, form: Form, key: str) -> None:
    """Print a short-lived address of a server's console."""
    api = connect()
    answer = api.post(item("/servers", resolve(api, "servers", key)) + "/console").data
    if form.is_table:
        click.echo(answer["url"])
    else:
        form.plain(answer)
