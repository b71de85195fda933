"""`cloudctl grants`: who may enter which servers, from where, until when, on whose approval (访问授权)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.fields import Day
from cloudctl.cli.groups import Verb, Verbs
from cloudctl.cli.labels import label
from cloudctl.cli.nouns import Noun, Row, key, version_option
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

DOORS = ("name", "account", "address", "ssh_port")


def _shown(row: Row) -> Row:
    return {**row, "access_level": label(row["level"]), "state": label(row["state"])}


GRANTS = Noun(
    "access-grants",
    columns=(
        "system", "holder", "organisation", "access_level", "networks", "ends_on", "state", "ended_because", "signed",
        "id",
    ),
    filters=("system_id", "department_id", "holder_id", "state", "organisation", "ends_on"),
    shown=_shown,
)  # fmt: skip

grants = Verbs("grants", help=_("Access to servers: ask, approve, list, sign, revoke."))
grants.add_command(GRANTS.listing())
grants.add_command(GRANTS.showing())


@grants.command("ask", cls=Verb)
@click.option("--system", required=True, metavar="CODE", help=_("The system whose servers are entered."))
@click.option("--server", "servers", multiple=True, help=_("A server of it; once for each. Without: all of them."))
@click.option(
    "--from", "networks", multiple=True, required=True, help=_("A network it is entered from, as 10.8.0.0/24.")
)
@click.option("--until", "ends_on", required=True, type=Day(), help=_("The last day."))
@click.option("--reason", required=True, help=_("The reason; it goes on record."))
@click.option("--admin", is_flag=True, help=_("With sudo."))
@click.option("--for", "login", metavar="LOGIN", help=_("For this account; without, for yourself."))
@click.option("--contractor", "organisation", help=_("The contractor that the person belongs to."))
@click.option("--contract", "contract_number", help=_("The contract's number."))
@click.option("--contract-until", "contract_ends_on", type=Day(), help=_("The contract's last day."))
@click.option("--holder", help=_("The name of a contractor's person without an account."))
@click.option(
    "--key",
    "public_key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("The public key that is approved with it, as a file; no other one is signed."),
)
@formatted
def ask(*, form: Form, system: str, admin: bool, public_key: Path | None, **given: Any) -> None:
    """Ask that somebody may enter servers of a system; somebody else of the office approves."""
    api = connect()
    body = {
        **{name: list(value) if isinstance(value, tuple) else value for name, value in given.items()},
        "system_id": resolve(api, "systems", system),
        "servers": [resolve(api, "servers", server) for server in given["servers"]],
        "level": "admin" if admin else "user",
        "public_key": None if public_key is None else public_key.read_text(encoding="utf-8").strip(),
    }
    form.record(api.post(GRANTS.path, {name: value for name, value in body.items() if value is not None}).data)


@grants.command("approve", cls=Verb)
@key
@click.option("--answer", help=_("What who asked is told."))
@version_option
@formatted
def approve(*, form: Form, key: str, answer: str | None, version: int | None) -> None:
    """Approve what somebody else asked for."""
    _decide(form, key, "approve", answer, version)


@grants.command("refuse", cls=Verb)
@key
@click.option("--answer", required=True, help=_("Why; who asked is told."))
@version_option
@formatted
def refuse(*, form: Form, key: str, answer: str, version: int | None) -> None:
    """Refuse what somebody else asked for."""
    _decide(form, key, "refuse", answer, version)


@grants.command("revoke", cls=Verb)
@key
@click.option("--reason", required=True, help=_("The reason; it goes on record."))
@version_option
@formatted
def revoke(*, form: Form, key: str, reason: str, version: int | None) -> None:
    """Take a grant back; what was signed under it ends within hours."""
    form.record(connect().post(f"{item(GRANTS.path, key)}/revoke", {"reason": reason}, version=version).data)


@grants.command("sign", cls=Verb)
@key
@click.option(
    "--key",
    "public_key",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("Your public key, as ~/.ssh/id_ed25519.pub; the certificate is written beside it."),
)
@click.option("--hours", type=click.IntRange(min=1), help=_("For how many hours; at most those of the installation."))
@click.option(
    "--known-hosts",
    type=click.Path(dir_okay=False, path_type=Path),
    help=_("Add the keys of the servers to this file of known hosts."),
)
@formatted
def sign(*, form: Form, key: str, public_key: Path, hours: int | None, known_hosts: Path | None) -> None:
    """Have your public key signed for some hours, and see where it opens."""
    line = public_key.read_text(encoding="utf-8").strip()
    if "PRIVATE" in line:
        raise Failure(_("{file} is a private key: give the public one.").format(file=public_key), Exit.USAGE)
    body = {"public_key": line} | ({} if hours is None else {"hours": hours})
    signed = connect().post(f"{item(GRANTS.path, key)}/sign", body).data
    beside = public_key.with_name(f"{public_key.name.removesuffix('.pub')}-cert.pub")
    beside.write_text(f"{signed['certificate']}\n", encoding="utf-8")
    if known_hosts is not None:
        _know(known_hosts, signed["hosts"])
    if not form.is_table:
        form.record(signed)
        return
    click.echo(
        _("{file} opens these servers until {ends_at}, from {networks}:").format(
            file=beside, ends_at=signed["ends_at"], networks=", ".join(signed["networks"])
        )
    )
    form.rows(signed["hosts"], DOORS)
    if signed["left_out"]:
        click.echo(_("Not open just now: {hosts}.").format(hosts=", ".join(signed["left_out"])))


def _decide(form: Form, key: str, decision: str, answer: str | None, version: int | None) -> None:
    body = {"decision": decision} | ({"answer": answer} if answer else {})
    form.record(connect().post(f"{item(GRANTS.path, key)}/decide", body, version=version).data)


def _know(path: Path, hosts: list[Row]) -> None:
    """Adds what is not there yet."""
    there = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    lines = [f"{_place(host)} {host['host_key']}" for host in hosts]
    path.write_text("".join(f"{line}\n" for line in [*there, *(line for line in lines if line not in there)]))


def _place(host: Row) -> str:
    return str(host["address"]) if host["ssh_port"] == 22 else f"[{host['address']}]:{host['ssh_port']}"
