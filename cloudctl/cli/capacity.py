"""`cloudctl capacity`: what room the clouds have left, with over-commit, and for how long it will do."""

from __future__ import annotations

from cloudctl.cli.client import connect
from cloudctl.cli.fields import options
from cloudctl.cli.groups import Verb, Verbs
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.words import _

COLUMNS = (
    "cloud", "zone", "dimension", "total", "kept", "held", "committed", "free", "used", "as_of", "per_day",
    "lasts_days",
)  # fmt: skip

capacity = Verbs("capacity", help=_("What room the clouds have left, and for how long it will do."))


@capacity.command("list", cls=Verb)
@options("cloud", "zone")
@formatted
def list_capacity(*, form: Form, cloud: str | None, zone: str | None) -> None:
    """By cloud, zone and dimension, with over-commit; `-` without a bound, or while nothing is known."""
    given = {"cloud": cloud, "zone": zone}
    form.rows(connect().get("/capacity", {name: value for name, value in given.items() if value}).data, COLUMNS)
