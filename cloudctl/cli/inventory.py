"""`cloudctl inventory`: what the clouds have, whoever made it, and what changed of it."""

from __future__ import annotations

import json
from typing import Any

from cloudctl.cli.client import connect, item
from cloudctl.cli.nouns import Noun, key
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

INVENTORY = Noun(
    "inventory",
    columns=(
        "cloud", "kind", "name", "status", "state", "stale", "as_of", "tenant_name", "addresses", "on_record", "id",
    ),
    filters=(
        "cloud", "kind", "name", "native_id", "state", "status", "stale", "on_record", "department_id", "tenant",
        "tenant_name", "zone",
    ),
)  # fmt: skip

inventory = INVENTORY.group(_("What the clouds have, whoever made it."))


@inventory.command("history")
@key
@formatted
def history(*, form: Form, key: str) -> None:
    """Show what changed of an object, when and through whom, newest first."""
    api = connect()
    where = item("/inventory", resolve(api, "inventory", key))
    rows, _more = api.rows(f"{where}/changes", {}, None)
    if form.is_table:
        rows = [{**row, "fields": _changed(row["fields"])} for row in rows]
    form.rows(rows, ("at", "fields", "who", "source"))


def _changed(fields: dict[str, list[Any]]) -> str:
    """The changes in one line: `name: old > new`."""
    return "; ".join(f"{name}: {_plain(before)} > {_plain(after)}" for name, (before, after) in fields.items())


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
