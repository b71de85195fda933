"""`cloudctl savings`: what the shared platform saves (节约台账), line by line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from cloudctl.cli.client import connect
from cloudctl.cli.fields import Day
from cloudctl.cli.groups import Verb, Verbs
from cloudctl.cli.nouns import Row
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.titles import title
from cloudctl.cli.words import LOCALE, _

TOTALS = ("saved", "gross_fen", "own_fen", "net_fen")
LINES = ("savings_line", "side", "category", "nature", "amount_fen", "yearly_fen", "formula")

WORDS = {
    "alone": _("spared"),
    "platform": _("platform"),
    "hardware": _("hardware"),
    "room": _("room"),
    "licences": _("licences"),
    "people": _("people"),
    "energy": _("energy"),
    "maintenance": _("running cost"),
    "one_off": _("once"),
    "yearly": _("yearly"),
}

SUMS = ("reclaim_source", "pieces", "vcpu", "memory_mib", "disk_gib", "addresses", "fen")
PIECES = ("name", "department", "cloud", "reclaim_source", "number", "at", "vcpu", "memory_mib", "disk_gib", "fen",
          "served_orders")  # fmt: skip
SOURCES = {
    "clearing": _("cleared system"),
    "proposal": _("accepted proposal"),
    "order": _("own order"),
    "drift": _("gone or put by as drift"),
}

savings = Verbs("savings", help=_("What the platform saves against building alone: gross, net, once and yearly."))


@savings.command("show", cls=Verb)
@click.option("--from", "first", type=Day(), help=_("The first day; without it, the year's first."))
@click.option("--to", "last", type=Day(), help=_("The last day; without it, today."))
@click.option("--department", "scope", metavar="CODE", help=_("Only this department with what stands below it."))
@formatted
def show(*, form: Form, first: str | None, last: str | None, scope: str | None) -> None:
    """Show the savings ledger of a time: every line with its formula, what was returned and whom it served."""
    query = {name: value for name, value in (("from", first), ("to", last), ("scope", scope)) if value}
    told = connect().get("/savings", query).data
    if not form.is_table:
        form.plain(told)
        return
    click.echo(_("Scope {scope}, from {first} to {last}; price book version {version}.").format(
        scope=told["scope"], first=told["first"], last=told["last"], version=told["book_version"]
    ))  # fmt: skip
    names = {"one_off": _("once"), "period": _("over this time"), "yearly": _("a year, as things stand")}
    form.rows([{"saved": name, **told[part]} for part, name in names.items()], TOTALS)
    form.rows([_line(row) for row in told["lines"]], LINES)
    for line in _remarks(told):
        click.echo(line)


@savings.command("reclaimed", cls=Verb)
@click.option("--from", "first", type=Day(), help=_("The first day; without it, the year's first."))
@click.option("--to", "last", type=Day(), help=_("The last day; without it, today."))
@click.option("--department", "scope", metavar="CODE", help=_("Only this department with what stands below it."))
@formatted
def reclaimed(*, form: Form, first: str | None, last: str | None, scope: str | None) -> None:
    """Show what capacity came back over a time, by what, what a year of it is worth, and which orders it served."""
    query = {name: value for name, value in (("from", first), ("to", last), ("scope", scope)) if value}
    told = connect().get("/savings/reclaimed", query).data
    if not form.is_table:
        form.plain(told)
        return
    click.echo(_("Scope {scope}, from {first} to {last}; price book version {version}.").format(
        scope=told["scope"], first=told["first"], last=told["last"], version=told["book_version"]
    ))  # fmt: skip
    form.rows([{**row, **row["saved"], "reclaim_source": SOURCES[row["source"]]} for row in told["sums"]], SUMS)
    form.rows([_piece(row) for row in told["lines"]], PIECES)
    for price in told["prices"]:
        yuan = "?" if price["value"] is None else f"{int(price['value']) / 100:,.2f}"
        source = price["source"][LOCALE] if price["source"] else "?"
        click.echo(_("{per} {amount} a year: {yuan} yuan ({source}).").format(
            per=price["per"], amount=title(price["amount"]), yuan=yuan, source=source
        ))  # fmt: skip


def _piece(row: Row) -> Row:
    """A piece with the orders that it served."""
    orders = ", ".join(dict.fromkeys(one["number"] for one in row["served"]))
    return {**row, "reclaim_source": SOURCES[row["source"]], "served_orders": orders}


def _line(row: Row) -> Row:
    """A line with its formula in numbers."""
    count = "?" if row["quantity"] is None else f"{row['quantity']:,.12g}"
    factors = [f"{'÷' if one['divides'] else '×'} {_price(one)}" for one in row["prices"]]
    words = {name: WORDS[row[name]] for name in ("side", "category", "nature")}
    return (
        row
        | words
        | {"savings_line": row["title"][LOCALE], "formula": " ".join([f"{row['counted']['name']} {count}", *factors])}
    )


def _price(one: dict[str, Any]) -> str:
    if one["value"] is None:
        return f"{one['name']} ?"
    value = f"{int(one['value']) / 100:,.2f}" if one["unit"] == "fen" else one["value"]
    return f"{one['name']} {value}"


def _remarks(told: Row) -> Iterator[str]:
    if told["unknown"]:
        yield _("Left out for want of data: {lines}.").format(lines=", ".join(told["unknown"]))
    sources = {one["source"][LOCALE] for row in told["lines"] for one in row["prices"] if one["source"]}
    for source in sorted(sources):
        yield _("Source of prices: {source}").format(source=source)
    returned = told["returned"]
    yield _("Returned: {servers} servers with {vcpu} vCPU.").format(servers=returned["servers"], vcpu=returned["vcpu"])
    for one in returned["rooms"]:
        if one["added"] is not None:
            yield f"  {one['title'][LOCALE]}: {one['begin']:g} → {one['end']:g}"
    for one in returned["orders"]:
        yield _("  {vcpu} vCPU of them served the order {number} on {cloud}.").format(
            vcpu=one["vcpu"], number=one["number"], cloud=one["cloud"]
        )
