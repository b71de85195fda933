"""`cloudctl capacity`: what room the clouds have left, with over-commit."""

from __future__ import annotations

import click

from cloudctl.cli.client import connect
from cloudctl.cli.fields import options
from cloudctl.cli.groups import Verb
from cloudctl.cli.output import Form, formatted


@click.command("capacity", cls=Verb)
@options("cloud")
@formatted
def capacity(*, form: Form, cloud: str | None) -> None:
    """What room the clouds have left, with over-commit; `-` without a bound."""
    rows = connect().get("/capacity", {"cloud": cloud}).data
    form.rows([row | {"left": left(row)} for row in rows], ("cloud", "dimension", "total", "held", "committed", "left"))


def left(row: dict[str, int | None]) -> int | None:
    """What remains of a total after holds and use; None without a bound."""
    total = row.get("total")
    return None if total is None else total - (row.get("held") or 0) - (row.get("committed") or 0)
