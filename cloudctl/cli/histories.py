"""`history`: how a record of the register became what it is, one changed field a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloudctl.cli.client import connect, item
from cloudctl.cli.groups import Verbs
from cloudctl.cli.nouns import all_option, key, limit_option, say_more
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.tables import cell
from cloudctl.cli.titles import title
from cloudctl.cli.words import _

COLUMNS = ("at", "by_name", "field", "before", "after", "reason")


def add_history(group: Verbs, noun: str) -> None:
    """Adds the verb to the group of a noun whose every version is kept."""

    @group.command("history", help=_("Show who changed which field when, newest first."))
    @key
    @limit_option
    @all_option
    @formatted
    def run(*, form: Form, key: str, most: int, everything: bool) -> None:
        api = connect()
        where = item(f"/{noun}", resolve(api, noun, key))
        versions, more = api.rows(f"{where}/history", {}, None if everything else most)
        form.rows(list(_lines(versions)) if form.is_table else versions, COLUMNS)
        if more:
            say_more()


def _lines(versions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for version in versions:
        told = {name: version[name] for name in ("at", "by_name", "reason")}
        names = version.get("names", {})
        for field, change in version["changes"].items():
            before, after = (
                cell(field, names.get(value, value) if isinstance(value, str) else value) for value in change
            )
            yield told | {"field": title(field), "before": before, "after": after}
