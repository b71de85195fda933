"""Claimed beside verified, as verbs of `cloudctl consolidation`: status, ranking, and what an explanation rests on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from cloudctl.cli.client import Client, connect, item
from cloudctl.cli.groups import Verb, Verbs
from cloudctl.cli.indicators import asked, day_option, percent, scope_option
from cloudctl.cli.labels import label
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.tables import people_time
from cloudctl.cli.words import LOCALE, _

CLAIMED = ("noun", "claimed", "count", "proven", "contradicted", "unproven")
INDICATORS = ("indicator", "verified", "claimed_share", "numerator", "denominator", "version")
SUSPECTS = ("code", "name", "claimed", "reopened", "lies")
BURN_DOWN = ("day", "name", "version", "left_verified", "left_claimed")
RANKING = ("rank", "code", "department", "score")
SIGNS = {"for": "+", "against": "-", "missing": "?", "expired": "~", "void": "x"}


def standing_verbs(group: Verbs) -> None:
    """Adds `status` and `ranking`."""
    group.add_command(_status())
    group.add_command(_ranking())


def explain_standing(api: Client, noun: str, key: str, day: str | None) -> Iterator[str]:
    """What is proven of a system or room, a point a line: + for, - against, ? missing, ~ expired, x does not count."""
    told = api.get(f"{item(f'/{noun}', key)}/standing", asked(day, None)).data
    yield _("{code} {name}: claimed {claimed}, verified {verified}.").format(
        code=told["code"], name=told["name"], claimed=label(told["claimed"]), verified=label(told["verified"])
    )
    for point in told["points"]:
        lie = f" [{label(point['lie'])}]" if point["lie"] else ""
        yield f"  {SIGNS[point['side']]} {point['words'][LOCALE]}{lie}"


def standing_of(api: Client, noun: str, key: str, day: str | None) -> Any:
    """The same as the API says it."""
    return api.get(f"{item(f'/{noun}', key)}/standing", asked(day, None)).data


def _status() -> Verb:
    @click.command("status", cls=Verb)
    @day_option
    @scope_option
    @formatted
    def run(*, form: Form, day: str | None, scope: str | None) -> None:
        """Show claimed beside verified, the burn-down, and what should be looked at."""
        told = connect().get("/consolidation/status", asked(day, scope)).data
        if not form.is_table:
            form.plain(told)
            return
        click.echo(_("Scope {scope}, as of {as_of}.").format(scope=told["scope"], as_of=_moment(told["as_of"])))
        form.rows([_indicator(row) for row in told["indicators"] if row["unit"] == "share"], INDICATORS)
        form.rows(told["claimed"], CLAIMED)
        for title, rows, columns in (
            (_("Rooms to look at:"), told["rooms"], SUSPECTS),
            (_("What is left, week by week:"), [_left(row) for row in told["burn_down"]], BURN_DOWN),
        ):
            if rows:
                click.echo(title)
                form.rows(rows, columns)
        for one in told["suspicions"]:
            click.echo(f"! {one['words'][LOCALE]}")

    return run


def _ranking() -> Verb:
    @click.command("ranking", cls=Verb)
    @day_option
    @scope_option
    @formatted
    def run(*, form: Form, day: str | None, scope: str | None) -> None:
        """Rank the departments by the open formula of policies/ranking.yaml, each part shown."""
        rows = connect().get("/consolidation/ranking", asked(day, scope)).data
        if not form.is_table:
            form.plain(rows)
            return
        parts = [f"{part['name']} /{part['weight']}" for part in rows[0]["parts"]] if rows else []
        form.rows([_place(row) for row in rows], (*RANKING, *parts))

    return run


def _indicator(row: dict[str, Any]) -> dict[str, Any]:
    told = {"indicator": row["title"][LOCALE], "verified": percent(row["share"])}
    return row | told | {"claimed_share": percent(row["claimed_share"])} | _whole(row, "numerator", "denominator")


def _left(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"left_verified": f"{row['left']:g}"} | _whole(row, "left_claimed")


def _whole(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: None if row[name] is None else f"{row[name]:g}" for name in names}


def _place(row: dict[str, Any]) -> dict[str, Any]:
    points = {
        f"{part['name']} /{part['weight']}": None
        if part["points"] is None
        else f"{part['points']:g} ({part['part']:g}/{part['whole']:g})"
        for part in row["parts"]
    }
    return row | points


def _moment(text: str) -> str:
    return people_time(datetime.fromisoformat(text))
