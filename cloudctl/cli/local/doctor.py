"""`cloudctl doctor`: looks for what is wrong with this installation and says the command that mends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.groups import Verb
from cloudctl.cli.local.checks import CHECKS, Result
from cloudctl.cli.local.installation import opened, settings_with
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.words import _

if TYPE_CHECKING:
    from cloudctl.bootstrap import App


@click.command("doctor", cls=Verb)
@formatted
def doctor(*, form: Form) -> None:
    """Check clock, disk, database, clouds, builds and notices; every trouble names the command that mends it."""
    with opened(settings_with()) as app:
        results = list(examine(app))
    if form.is_table:
        for result in results:
            click.echo("\n".join(lines(result)))
    else:
        form.rows([result._asdict() for result in results], Result._fields)
    if any(result.mend and result.grave for result in results):
        raise Failure(_("Something is wrong: see above."), Exit.SERVER)


def examine(app: App) -> Iterator[Result]:
    """The results of all checks; one that breaks off is itself a trouble."""
    for check in CHECKS:
        try:
            yield from check(app)
        except Exception as error:  # noqa: BLE001 - the doctor looks at everything, whatever is broken
            yield Result(check.__name__, f"{type(error).__name__}: {error}", "cloudctl db upgrade")


def lines(result: Result) -> Iterator[str]:
    """A result as people read it."""
    sign = _("ok") if result.mend is None else _("wrong") if result.grave else _("careful")
    yield f"[{sign}] {result.check}: {result.text}"
    if result.mend:
        yield _("    Run: {command}").format(command=result.mend)
