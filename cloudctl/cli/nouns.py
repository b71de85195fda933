"""The verbs that every noun has, from a declaration of the noun: list, show, create, edit.

SYSTEMS = Noun("systems", columns=("code", "name"), filters=("code",), required=("code",), optional=("name",))
systems = SYSTEMS.group("Information systems of the departments.")

@systems.command("retire")
...                                     # what only this noun can do
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import click

from cloudctl.cli.client import Client, connect, item
from cloudctl.cli.fields import body_of, options
from cloudctl.cli.groups import Verb, Verbs
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import codes_of, resolve
from cloudctl.cli.words import _

USUAL_ROWS = 50

Row = dict[str, Any]
Decorator = Callable[[Callable[..., None]], Callable[..., None]]
key: Decorator = click.argument("key", metavar="ID", help=_("Its id, or the name that the list shows."))
version_option: Decorator = click.option(
    "--if-version", "version", type=int, help=_("Refuse when it has changed since this version.")
)
limit_option: Decorator = click.option(
    "--limit",
    "most",
    type=click.IntRange(min=1),
    default=USUAL_ROWS,
    show_default=True,
    help=_("At most so many rows."),
)
all_option: Decorator = click.option("--all", "everything", is_flag=True, help=_("All rows, page after page."))


# Columns that a table shows by code: of which noun, named by which field.
JOINS = {
    "department": ("departments", "department_id"),
    "parent": ("departments", "parent_id"),
    "system": ("systems", "system_id"),
}


class Noun(NamedTuple):
    """A noun of the API: where it is listed, what a table shows, what it is filtered by, what its form asks for.

    Without `required` there is no `create`, without `editable` no `edit`, without `single` no `show`. For the table
    the columns `joined` get the codes of what the row names by ids, and `shown` makes a row ready.
    """

    name: str
    columns: tuple[str, ...]
    filters: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    editable: tuple[str, ...] = ()
    single: bool = True
    joined: tuple[str, ...] = ()
    shown: Callable[[Row], Row] = dict

    @property
    def path(self) -> str:
        """Where the API lists it."""
        return f"/{self.name}"

    def group(self, help_line: str) -> Verbs:
        """The noun's command group with the verbs that the declaration gives it."""
        group = Verbs(self.name, help=help_line)
        group.add_command(self.listing())
        if self.single:
            group.add_command(self.showing())
        if self.required:
            group.add_command(self.creating())
        if self.editable:
            group.add_command(self.editing())
        return group

    def listing(self) -> Verb:
        """`list`, with an option for every filter."""

        @click.command("list", cls=Verb)
        @options(*self.filters)
        @limit_option
        @all_option
        @formatted
        def run(*, form: Form, most: int, everything: bool, **filters: Any) -> None:
            """List them, newest first."""
            api = connect()
            rows, more = api.rows(self.path, body_of(api, filters), None if everything else most)
            form.rows(self.for_people(api, rows) if form.is_table else rows, self.columns)
            if more:
                say_more()

        return run

    def for_people(self, api: Client, rows: list[Row]) -> list[Row]:
        """The rows of a table: codes instead of ids, one more list a joined column."""
        for column in self.joined:
            noun, field = JOINS[column]
            codes = codes_of(api, noun) if rows else {}
            rows = [{**row, column: codes.get(row[field], row[field])} for row in rows]
        return [self.shown(row) for row in rows]

    def showing(self) -> Verb:
        """`show`."""

        @click.command("show", cls=Verb)
        @key
        @formatted
        def run(*, form: Form, key: str) -> None:
            """Show one."""
            api = connect()
            record = api.get(item(self.path, resolve(api, self.name, key))).data
            form.record(self.shown(record) if form.is_table else record)

        return run

    def creating(self) -> Verb:
        """`create`."""

        @click.command("create", cls=Verb)
        @options(*self.required, required=True)
        @options(*self.optional)
        @formatted
        def run(*, form: Form, **given: Any) -> None:
            """Put a new one on record."""
            api = connect()
            record = api.post(self.path, body_of(api, given)).data
            form.record(self.shown(record) if form.is_table else record)

        return run

    def editing(self) -> Verb:
        """`edit`: only what is given changes."""

        @click.command("edit", cls=Verb)
        @key
        @options(*self.editable)
        @version_option
        @formatted
        def run(*, form: Form, key: str, version: int | None, **given: Any) -> None:
            """Change what is given; the rest stays."""
            api = connect()
            changes = body_of(api, given)
            if not changes:
                raise click.UsageError(_("Nothing to change: give an option."))
            record = api.patch(item(self.path, resolve(api, self.name, key)), changes, version=version).data
            form.record(self.shown(record) if form.is_table else record)

        return run


def say_more() -> None:
    """Beside a list that was cut short."""
    click.echo(_("There are more rows: --all shows them."), err=True)


def acting(group: Verbs, path: str, verb: str, text: str, *given: str) -> None:
    """Adds a verb that is one POST below one thing: `POST {path}/{id}/{verb}`, with the `given` fields as its body."""

    @group.command(verb, help=text)
    @key
    @options(*given)
    @formatted
    def run(*, form: Form, key: str, **values: Any) -> None:
        api = connect()
        where = item(path, resolve(api, path.strip("/"), key))
        form.record(api.post(f"{where}/{verb}", body_of(api, values)).data)
