"""`cloudctl channels`: through what notices go, and who gets them how and when."""

from __future__ import annotations

import re
from typing import Any

import click

from cloudctl.cli.client import Client, connect, item
from cloudctl.cli.fields import options
from cloudctl.cli.groups import Verbs
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

# What `set` puts back as it was, where nothing else is given.
KEPT = ("channels", "quiet_from", "quiet_to", "digest", "digest_at", "muted")
HOURS = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)\Z")

channels = Verbs("channels", help=_("Through what notices go, and who gets them how and when."))


@channels.command("list")
@formatted
def list_channels(*, form: Form) -> None:
    """List the channels of the installation, and how they do."""
    form.rows(connect().get("/channels").data, ("name", "kind", "failing_since", "paused_until", "last_error"))


@channels.command("test")
@click.argument("name", help=_("The channel."))
@formatted
def test(*, form: Form, name: str) -> None:
    """Send yourself a test message through a channel now."""
    form.record(connect().post(item("/channels", name) + "/test", {}).data)


@channels.command("show")
@options("account_id")
@formatted
def show(*, form: Form, account_id: str | None) -> None:
    """Show how and when somebody gets notices, by default yourself."""
    api = connect()
    form.record(api.get(_path(api, account_id)).data)


@channels.command("set")
@options("account_id")
@click.option("--channel", "channels", multiple=True, help=_("A channel; give the option once for each."))
@click.option(
    "--address",
    "addresses",
    multiple=True,
    metavar="CHANNEL=TEXT",
    help=_("Whom a channel should call on, as a telephone number; CHANNEL= forgets it. It is never shown."),
)
@click.option("--quiet", metavar="HH:MM-HH:MM", help=_("Hours without notices, as 22:00-07:00; off: none."))
@click.option("--digest", type=click.Choice(["none", "hourly", "daily"]), help=_("Whether they come together."))
@click.option("--digest-at", metavar="HH:MM", help=_("When the daily digest comes."))
@click.option("--mute", "muted", multiple=True, help=_("A kind of notice to do without; `none`: all come."))
@formatted
def change(*, form: Form, account_id: str | None, **given: Any) -> None:
    """Say how and when somebody gets notices, by default yourself; what is not given stays."""
    api = connect()
    path = _path(api, account_id)
    now = api.get(path).data
    wanted = {name: now[name] for name in KEPT} | _wanted(given)
    form.record(api.put(path, wanted, version=now["version"]).data)


def _wanted(given: dict[str, Any]) -> dict[str, Any]:
    """What was given, as the API takes it."""
    wanted: dict[str, Any] = {name: given[name] for name in ("digest", "digest_at") if given[name] is not None}
    if given["channels"]:
        wanted["channels"] = list(given["channels"])
    if given["muted"]:
        wanted["muted"] = [name for name in given["muted"] if name != "none"]
    if given["addresses"]:
        pairs = [text.partition("=") for text in given["addresses"]]
        if not all(equals for _name, equals, _text in pairs):
            raise click.UsageError(_("An address is CHANNEL=TEXT."))
        wanted["addresses"] = {name: text or None for name, _equals, text in pairs}
    if given["quiet"] is not None:
        wanted["quiet_from"], wanted["quiet_to"] = _hours(given["quiet"])
    if not wanted:
        raise click.UsageError(_("Nothing to change: give an option."))
    return wanted


def _hours(text: str) -> tuple[str | None, str | None]:
    if text == "off":
        return None, None
    found = HOURS.match(text)
    if found is None:
        raise click.UsageError(_("{text} is not FROM-TO, as 22:00-07:00.").format(text=text))
    return found[1], found[2]


def _path(api: Client, account: str | None) -> str:
    """Where somebody's wishes are; one's own without a name."""
    return item("/accounts", resolve(api, "accounts", account)) + "/notifications" if account else "/me/notifications"
