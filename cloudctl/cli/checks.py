"""`cloudctl checks`: whether applications answer, what was seen, and how that stands against what is promised.

cloudctl checks list --state failing
cloudctl checks history fgw-site
cloudctl checks availability --month 2026-11
"""

from __future__ import annotations

from datetime import UTC, datetime

import click

from cloudctl.cli.check_words import said
from cloudctl.cli.client import connect
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.groups import Verb
from cloudctl.cli.nouns import Noun, Row, all_option, limit_option, say_more
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.words import _

HISTORY = ("app", "check_name", "state", "cause", "what_was_seen", "begun_at", "until_at", "looks", "slowest_ms")
APPS = (
    "department", "app", "share_percent", "promised_percent", "promise_kept", "down_minutes", "planned_hours",
    "measured_hours",
)  # fmt: skip
DEPARTMENTS = (
    "department", "apps_measured", "share_percent", "promises_kept", "promises_broken", "down_minutes",
)  # fmt: skip


def _shown(row: Row) -> Row:
    until = row.get("certificate_until")
    left = (datetime.fromisoformat(until) - datetime.now(UTC)).days if until else None
    return {
        **row, "check_name": row["name"], "state": said(row["state"]), "cause": said(row["cause"]),
        "what_was_seen": in_my_language(row["words"]), "what_kind": said(row["kind"]), "looked_target": row["target"],
        "certificate_days": left,
    }  # fmt: skip


CHECKS = Noun(
    "checks",
    columns=(
        "app", "check_name", "what_kind", "state", "since", "milliseconds", "certificate_days", "what_was_seen",
        "looked_at",
    ),
    filters=("app", "department_id", "state"),
    single=False,
    shown=_shown,
)  # fmt: skip
checks = CHECKS.group(_("Whether applications answer: list, history, availability."))


@checks.command("history", cls=Verb)
@click.argument("app", metavar="APP", help=_("The application's code."))
@limit_option
@all_option
@formatted
def history(*, form: Form, app: str, most: int, everything: bool) -> None:
    """Show what was seen of an application, newest first: a line for all looks in a row with one outcome."""
    rows, more = connect().rows("/check-results", {"app": app}, None if everything else most)
    form.rows([_past(row) for row in rows] if form.is_table else rows, HISTORY)
    if more:
        say_more()


@checks.command("availability", cls=Verb)
@click.option("--month", metavar="YYYY-MM", help=_("Which month; without it, this one up to now."))
@click.option("--by-app", is_flag=True, help=_("A line an application instead of one a department."))
@formatted
def availability(*, form: Form, month: str | None, by_app: bool) -> None:
    """Show how much of a month applications were there, without planned maintenance, against the promise."""
    found = connect().get("/availability", {"month": month} if month else {}).data
    if not form.is_table:
        form.record(found)
    elif by_app:
        form.rows([_of_app(row) for row in found["apps"]], APPS)
    else:
        form.rows([_of_department(row) for row in found["departments"]], DEPARTMENTS)


def _past(row: Row) -> Row:
    return {
        **row, "check_name": row["check"], "state": said("well" if row["well"] else "failing"),
        "cause": said(row["cause"]), "what_was_seen": in_my_language(row["words"]),
    }  # fmt: skip


def _of_app(row: Row) -> Row:
    return {
        **row, "app": row["code"], "share_percent": _percent(row["share"]),
        "promised_percent": _percent(row["promise"]),
        "promise_kept": row["kept"], "down_minutes": round(row["down_s"] / 60, 1),
        "planned_hours": round(row["planned_s"] / 3600, 1), "measured_hours": round(row["measured_s"] / 3600, 1),
    }  # fmt: skip


def _of_department(row: Row) -> Row:
    return {
        "department": row["code"], "apps_measured": row["apps"], "share_percent": _percent(row["share"]),
        "promises_kept": row["kept"], "promises_broken": row["broken"], "down_minutes": round(row["down_s"] / 60, 1),
    }  # fmt: skip


def _percent(points: int | None) -> str | None:
    return None if points is None else f"{points / 100:.2f}"
