"""`cloudctl indicators`: ratios and totals over the register (指标), for any date, under versioned definitions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.fields import Day
from cloudctl.cli.groups import Verb, Verbs
from cloudctl.cli.nouns import Decorator, Row
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.words import LOCALE, _

COLUMNS = ("indicator", "share", "numerator", "denominator", "claimed", "unit", "excluded", "version", "name")
DAYS = ("day", "version", "share", "numerator", "denominator", "claimed", "excluded", "taken_at")

indicators = Verbs("indicators", help=_("Ratios and totals over the register, for any date and scope."))

day_option: Decorator = click.option(
    "--date", "day", type=Day(), help=_("As it stood at the end of this day; without it, now.")
)
scope_option: Decorator = click.option(
    "--scope", help=_("all, city_departments, or a department's code with what stands below it.")
)


@indicators.command("list", cls=Verb)
@day_option
@scope_option
@formatted
def listing(*, form: Form, day: str | None, scope: str | None) -> None:
    """List every indicator: verified beside claimed, with its counts, exclusions and definition version."""
    rows = connect().get("/indicators", asked(day, scope)).data
    form.rows([shown(row) for row in rows] if form.is_table else rows, COLUMNS)


@indicators.command("show", cls=Verb)
@click.argument("name", metavar="NAME", help=_("The indicator's name, as the list shows it."))
@day_option
@scope_option
@formatted
def show(*, form: Form, name: str, day: str | None, scope: str | None) -> None:
    """Show one indicator by every version of its definition, with its formula and what is left out."""
    rows = connect().get(item("/indicators", name), asked(day, scope)).data
    if not form.is_table:
        form.plain(rows)
        return
    for row in rows:
        click.echo("\n".join(_lines(row)))


@indicators.command("days", cls=Verb)
@click.argument("name", metavar="NAME", help=_("The indicator's name, as the list shows it."))
@click.option("--first", type=Day(), help=_("The first day; without it, ninety days back."))
@click.option("--last", type=Day(), help=_("The last day."))
@scope_option
@formatted
def days(*, form: Form, name: str, first: str | None, last: str | None, scope: str | None) -> None:
    """List what was kept of an indicator for the end of each day, every version beside the others."""
    query = {name_: value for name_, value in (("first", first), ("last", last), ("scope", scope)) if value}
    rows = connect().get(f"{item('/indicators', name)}/days", query).data
    form.rows([_figures(row) for row in rows] if form.is_table else rows, DAYS)


def asked(day: str | None, scope: str | None) -> dict[str, str]:
    """The query of a day and a scope."""
    return {name: value for name, value in (("date", day), ("scope", scope)) if value}


def shown(row: Row) -> Row:
    """A figure for people: shares as percentages, what is left out as counts."""
    left_out = ", ".join(f"{one['name']} {one['count']}" for one in row["excluded"] if one["count"])
    return _figures(row) | {"indicator": row["title"][LOCALE], "excluded": left_out}


def percent(share: float | None) -> str | None:
    """A share as people say it; None where there is nothing to divide by."""
    return None if share is None else f"{share:.1%}"


def _figures(row: Row) -> Row:
    share = row["numerator"] / row["denominator"] if row["numerator"] is not None and row["denominator"] else None
    plain = {name: _figure(row[name]) for name in ("numerator", "denominator", "claimed")}
    excluded = row["excluded"]
    if isinstance(excluded, dict):
        excluded = ", ".join(f"{name} {count}" for name, count in excluded.items() if count)
    return row | plain | {"share": percent(share), "excluded": excluded}


def _figure(value: float | None) -> str | None:
    return None if value is None else f"{value:g}"


def _lines(row: dict[str, Any]) -> Iterator[str]:
    """One version of an indicator, in words."""
    told = shown(row)
    held = "" if row["in_force"] else _(" (not in force on that day)")
    yield f"{told['indicator']} v{row['version']}{held}: {told['share'] or told['numerator'] or _('no data')}"
    yield "  " + _("Formula: {formula}").format(formula=row["formula"][LOCALE])
    yield "  " + _("Counts: {numerator} of {denominator}; claimed {claimed}.").format(
        numerator=told["numerator"] or "-", denominator=told["denominator"] or "-", claimed=told["claimed"] or "-"
    )
    yield "  " + _("Scope: {scope}; as of {as_of}; evidence of {first} to {last}.").format(
        scope=row["scope"], as_of=row["as_of"], first=row["seen_from"] or "-", last=row["seen_until"] or "-"
    )
    for one in row["excluded"]:
        yield "  " + _("Left out: {count} {name} — {because}").format(
            count=one["count"], name=one["name"], because=one["because"][LOCALE]
        )
