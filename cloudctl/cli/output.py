"""What a command prints: a table for people, or JSON, YAML and CSV for programs (`-o`).

    @formatted
    def list_servers(form: Form) -> None:
        form.rows(rows, columns=("name", "state"))

Tables show times in Asia/Shanghai and code words in the reader's language; the other forms pass on what the API said.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import click

from cloudctl.cli.tables import record_table, rows_table
from cloudctl.cli.words import _

Command = Callable[..., None]
Decorator = Callable[[Command], Command]

FORMS = ("table", "json", "yaml", "csv")


class Form(NamedTuple):
    """The chosen form, and the chosen columns (None: the noun's own)."""

    name: str = "table"
    columns: tuple[str, ...] | None = None

    def rows(self, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
        """Prints a list."""
        chosen = self.columns or tuple(columns)
        match self.name:
            case "table":
                click.echo(rows_table(rows, chosen) if rows else _("Nothing found."))
            case "csv":
                _csv(rows, self.columns)
            case _:
                self.plain([_cut(row, self.columns) for row in rows])

    def record(self, record: Mapping[str, Any], keys: Sequence[str] | None = None) -> None:
        """Prints one thing; `keys` are what a table shows of it."""
        match self.name:
            case "table":
                click.echo(record_table(record, self.columns or keys))
            case "csv":
                _csv([record], self.columns)
            case _:
                self.plain(_cut(record, self.columns))

    def plain(self, value: Any) -> None:
        """Prints data as JSON or YAML."""
        if self.name == "yaml":
            from cloudctl.cli.blocks import blocks  # noqa: PLC0415 - most commands print tables

            click.echo(blocks(value))
        else:
            click.echo(json.dumps(value, ensure_ascii=False, indent=2))

    @property
    def is_table(self) -> bool:
        """Whether people read it."""
        return self.name == "table"


_OUTPUT: Decorator = click.option(
    "-o", "--output", type=click.Choice(FORMS), default="table", show_default=True,
    help=_("How to print it."),
)  # fmt: skip
_COLUMNS: Decorator = click.option(
    "--columns", metavar="A,B,...", help=_("Which fields to print, by their names in the API.")
)


def formatted(command: Command) -> Command:
    """Gives a command `-o` and `--columns`, and their choice as the argument `form`."""

    def wrapped(*, output: str, columns: str | None, **kwargs: Any) -> None:
        chosen = tuple(name.strip() for name in columns.split(",")) if columns else None
        command(form=Form(output, chosen), **kwargs)

    functools.update_wrapper(wrapped, command)
    return _OUTPUT(_COLUMNS(wrapped))


def _cut(row: Mapping[str, Any], columns: Sequence[str] | None) -> Mapping[str, Any]:
    return row if columns is None else {key: row.get(key) for key in columns}


def _csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | None) -> None:
    """Comma-separated values under the API's field names; what is nested stands as JSON."""
    import csv  # noqa: PLC0415 - most commands print tables

    names = list(columns or dict.fromkeys(key for row in rows for key in row))
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_csv_cell(row.get(name)) for name in names] for row in rows)


def _csv_cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value
