"""`cloudctl systems`: information systems (政务信息系统), what is known of them, and what of theirs runs out."""

from __future__ import annotations

from typing import Any

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.duplicates import duplicates_verb
from cloudctl.cli.fields import body_of, options
from cloudctl.cli.histories import add_history
from cloudctl.cli.nouns import Noun, Row, all_option, key, limit_option, say_more, version_option
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.register_sheets import sheet_verbs
from cloudctl.cli.surveys import NAMES
from cloudctl.cli.titles import title
from cloudctl.cli.words import LOCALE, _

DUE_COLUMNS = ("due_on", "days_left", "matter", "code", "name", "department")
INCOMPLETE_COLUMNS = ("code", "name", "department", "lacks", "id")


def _shown(row: Row) -> Row:
    """What is missing by its titles, what is odd in words."""
    told: Row = {}
    if "lacks" in row:
        told["lacks"] = [title(name) for name in row["lacks"]]
    if "doubts" in row:
        told["doubts"] = [f"{doubt['words'][LOCALE]} {doubt['way_out'][LOCALE]}" for doubt in row["doubts"]]
    return row | told


SYSTEMS = Noun(
    "systems",
    columns=("code", "name", "mlps_level", "classification", "status", "department", "id"),
    joined=("department",),
    filters=(
        "code", "department_id", "mlps_level", "status", "system_class", "use_frequency", "network", "room_id",
        "declared_zombie", "incomplete", "as_of",
    ),
    required=("code", "name", "mlps_level", "no_state_secrets"),
    optional=("department_id", "classification", "xinchuang", "status", *NAMES),
    editable=("name", "mlps_level", "classification", "xinchuang", "no_state_secrets", "status", *NAMES),
    shown=_shown,
)  # fmt: skip

systems = SYSTEMS.group(_("Information systems."))
sheet_verbs(systems, SYSTEMS.name)
duplicates_verb(systems)
add_history(systems, SYSTEMS.name)


@systems.command("due")
@click.option(
    "--within", "days_left", type=click.IntRange(0, 3650), default=90, show_default=True,
    help=_("At most so many days left; what is overdue is always shown."),
)  # fmt: skip
@options("department_id", "system_id")
@limit_option
@all_option
@formatted
def due(*, form: Form, days_left: int, most: int, everything: bool, **filters: Any) -> None:
    """List what runs out: MLPS and cryptography assessments, ICP, IPv6, contracts, maintenance."""
    api = connect()
    asked = body_of(api, filters) | {"days_left": days_left}
    rows, more = api.rows("/systems/due", asked, None if everything else most)
    form.rows(rows, DUE_COLUMNS)
    if more:
        say_more()


@systems.command("merge")
@key
@click.option("--into", required=True, help=_("The system that takes its place, by code."))
@click.option("--reason", required=True, help=_("The reason; it goes on record."))
@version_option
@formatted
def merge(*, form: Form, key: str, version: int | None, **given: str) -> None:
    """Merge a system into a standing one, which takes over all that refers to it; there is no way back."""
    api = connect()
    where = item(SYSTEMS.path, resolve(api, SYSTEMS.name, key))
    form.record(api.post(f"{where}/merge", given, version=version).data)


@systems.command("lineage")
@key
@formatted
def lineage(*, form: Form, key: str) -> None:
    """Show what became of a system, and what was merged into it."""
    api = connect()
    told = api.get(f"{item(SYSTEMS.path, resolve(api, SYSTEMS.name, key))}/lineage").data
    if not form.is_table:
        form.plain(told)
        return
    kin = [{"relation": side, **one} for side in ("successors", "merged") for one in told[side]]
    form.rows([{"relation": "itself", **told["system"]}, *kin], ("relation", "code", "name", "status", "status_on"))
