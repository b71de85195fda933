"""`cloudctl config show`: every setting in force and where it comes from, secrets masked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.groups import Verbs
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.tables import table
from cloudctl.cli.words import _

config = Verbs("config", help=_("Show the settings in force and where each comes from."))


@config.command("show")
@formatted
def show(*, form: Form) -> None:
    """Show every setting in force and where it comes from; secrets are masked."""
    rows = list(effective())
    if form.is_table:
        click.echo(table([[row["setting"], str(row["value"]), row["source"]] for row in rows]))
    else:
        form.rows(rows, ("setting", "value", "source"))


def effective() -> Iterator[dict[str, Any]]:
    """`setting`, `value` and `source` of each; raises Failure when one is wrong."""
    import msgspec  # noqa: PLC0415 - as below: loaded when it runs

    from cloudctl.secrets.redact import redact  # noqa: PLC0415
    from cloudctl.settings import SettingsError, load_with_sources  # noqa: PLC0415

    try:
        settings, sources = load_with_sources()
    except SettingsError as error:
        raise Failure(_("A setting is wrong: {error}").format(error=error), Exit.USAGE) from None
    for name, value in dotted(redact(msgspec.to_builtins(settings))):
        yield {"setting": name, "value": value, "source": sources.get(name, _("default"))}


def dotted(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of nested settings under their dotted names."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from dotted(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value
