"""`cloudctl quotas`: what a department may use, holds and uses, by cloud, zone and dimension."""

from __future__ import annotations

from typing import Any

from cloudctl.cli.client import connect
from cloudctl.cli.fields import body_of, options
from cloudctl.cli.nouns import Noun
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.words import _

QUOTAS = Noun(
    "quotas",
    columns=("department", "cloud", "zone", "dimension", "limit", "held", "committed", "allotted"),
    filters=("department_id", "cloud", "zone", "dimension"),
    single=False,
    joined=("department",),
)

SUMS = ("cloud", "zone", "dimension", "departments", "limit", "held", "committed", "left")

quotas = QUOTAS.group(_("What a department may use, holds and uses."))


@quotas.command("set")
@options("department_id", "cloud", "zone", "dimension", "limit", required=True)
@formatted
def set_limit(*, form: Form, **given: Any) -> None:
    """Set one limit. Below what is in use it only refuses further growth.

    The limit of a unit below a district comes out of what the unit above it has.
    """
    api = connect()
    form.record(api.put("/quotas", body_of(api, given)).data)


@quotas.command("summary")
@options("department_id")
@formatted
def summary(*, form: Form, **given: Any) -> None:
    """Sum up what you see, or one department with all units below it."""
    api = connect()
    form.rows(api.get("/quotas/summary", body_of(api, given)).data, SUMS)
