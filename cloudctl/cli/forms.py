"""An order on the screen: the form, its items, what policies say, the ask beside quota and capacity, the history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

from cloudctl.cli.client import Client, item
from cloudctl.cli.exits import Failure
from cloudctl.cli.findings import finding_lines, in_my_language
from cloudctl.cli.tables import cell, record_table, rows_table
from cloudctl.cli.titles import title
from cloudctl.cli.words import _

FORM = (
    "number", "title", "state", "purpose", "users", "project_document", "zone", "ports", "bandwidth_mbps", "backup",
    "go_live_on", "contact_name", "contact_phone", "declared_by", "declared_at", "cloud", "submitted_at",
    "step", "due_on", "days_left", "due_provisional", "frozen_until", "correction_due", "delivered_at",
    "last_error", "filed_by", "id", "version",
)  # fmt: skip
ALWAYS = frozenset({"number", "title", "state", "zone", "id", "version"})
UNDECIDED = frozenset({"draft", "submitted", "signed_off", "in_review", "returned"})
REVIEWED = frozenset({"signed_off", "in_review"})
CAPACITY = ("cloud", "dimension", "total", "held", "committed", "used", "as_of", "free", "per_day", "lasts_days")
AMOUNTS = ("dimension", "demand", "quota_left", "cloud_left")

Row = Mapping[str, Any]


def show_order(api: Client, order: Row) -> None:
    """Prints one order with everything that a decision needs."""
    from cloudctl.cli.progress import progress_text  # noqa: PLC0415 - streams are not needed to list orders

    named = {"department": "departments", "system": "systems"}
    names = {noun: _name(api, path, order[f"{noun}_id"]) for noun, path in named.items()}
    if order.get("office_id"):
        names["office"] = _office(api, order["office_id"])
    keys = [key for key in FORM if key in ALWAYS or order.get(key) not in (None, "")]
    click.echo(record_table({**order, **names}, [*keys[:2], *names, *keys[2:]]))
    show_items(order["items"])
    show_findings(order.get("findings", ()))
    show_conditions(order.get("conditions", ()))
    if order["state"] in UNDECIDED:
        if order.get("placements"):
            show_placements(order["placements"])
        asked = show_amounts(_amounts(api, order["id"]))
        if order["state"] in REVIEWED:
            show_capacity(api, order["zone"], asked)
    _heading(_("History"))
    for line in api.get(item("/orders", order["id"]) + "/progress").data:
        click.echo(progress_text(line))


def show_evaluation(found: Row) -> None:
    """Prints what would happen to an order if it were handed in."""
    click.echo(record_table(found, ("cloud", "effect")))
    show_placements(found["placements"])
    _heading(_("Resources"))
    for resource in found["resources"]:
        click.echo(resource)
    show_findings(found["findings"])
    show_amounts(found["amounts"])


def show_placements(placements: Iterable[Row]) -> None:
    """Prints which cloud serves which items, and why."""
    _heading(_("Which cloud, and why"))
    for placement in placements:
        click.echo(f"{', '.join(map(_placed, placement['items']))}: {placement['cloud']}")
        for reason in placement["reasons"]:
            click.echo(f"  {in_my_language(reason)}")


def _placed(entry: Any) -> str:
    """An item by its position; with its kind and name, where the answer has them."""
    if isinstance(entry, int):
        return f"[{entry}]"
    words = (f"[{entry['position']}]", cell("kind", entry["kind"]), entry["name"] or "")
    return " ".join(words).rstrip()


def show_items(items: Iterable[Row]) -> None:
    """Prints the items, numbered as problem documents name them."""
    _heading(title("items"))
    for position, entry in enumerate(items):
        rest = ", ".join(
            f"{key}={cell(key, value)}"
            for key, value in entry.items()
            if key != "kind" and value not in (None, [], False)
        )
        click.echo(f"[{position}] {cell('kind', entry['kind'])}: {rest}")


def show_findings(findings: Iterable[Row]) -> None:
    """Prints what the policies say, if anything."""
    lines = list(finding_lines(findings))
    _heading(_("What the policies say"))
    click.echo("\n".join(lines) if lines else _("Nothing."))


def show_conditions(conditions: Iterable[Row]) -> None:
    """Prints the conditions under which the order was approved, if there are any."""
    lines = [f"[{cell('specialist', entry['specialist'])}] {entry['words']}" for entry in conditions]
    if lines:
        _heading(title("conditions"))
        click.echo("\n".join(lines))


def show_amounts(amounts: Iterable[Row]) -> list[Row]:
    """Prints what is asked for beside what the department's quota and the cloud have left; answers what is asked."""
    asked = [row for row in amounts if row["demand"]]
    if asked:
        several = len({row["cloud"] for row in asked}) > 1
        _heading(_("Asked for, and what is left"))
        click.echo(rows_table(asked, ("cloud", *AMOUNTS) if several else AMOUNTS))
    return asked


def show_capacity(api: Client, zone: str, asked: Iterable[Row]) -> None:
    """Prints how the clouds stand in what an order asks for, and for how long what is free will do."""
    wanted = {(row["cloud"], row["dimension"]) for row in asked}
    if wanted:
        rows = api.get("/capacity", {"zone": zone}).data
        _heading(_("The clouds' capacity"))
        click.echo(rows_table([row for row in rows if (row["cloud"], row["dimension"]) in wanted], CAPACITY))


def _amounts(api: Client, order_id: str) -> list[Row]:
    """What an order takes and what is left now; when it could not be handed in now, says why and answers nothing."""
    try:
        found: list[Row] = api.post("/policies/explain", {"order_id": order_id}).data["amounts"]
    except Failure as failure:
        _heading(_("As things stand it could not be built"))
        click.echo(failure.message)
        return []
    return found


def _name(api: Client, path: str, key: str) -> str:
    """What people call a thing: its name and code."""
    thing = api.get(item(f"/{path}", key)).data
    return f"{thing['name']} ({thing['code']})"


def _office(api: Client, key: str) -> str:
    """The district that decides; its id for who sees nothing above the own department."""
    try:
        return _name(api, "departments", key)
    except Failure:
        return key


def _heading(text: str) -> None:
    click.echo()
    click.secho(text, bold=True)
