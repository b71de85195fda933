"""`cloudctl assessments`: what becomes of each system; the rules propose, a person decides."""

from __future__ import annotations

from typing import Any

import click

from cloudctl.cli.client import connect
from cloudctl.cli.fields import Day
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.groups import Verb
from cloudctl.cli.labels import label
from cloudctl.cli.nouns import Noun, Row, version_option
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

VERDICTS = ("keep", "merge", "retire", "rehost", "postpone")


def _shown(row: Row) -> Row:
    return row | {"ground": "; ".join(in_my_language(ground["reason"]) for ground in row["grounds"][:1])}


ASSESSMENTS = Noun(
    "assessments",
    columns=("system", "system_name", "department", "state", "proposed", "verdict", "until_on", "successor", "ground"),
    joined=("department",),
    filters=("system_id", "department_id", "state", "proposed", "verdict"),
    single=False,
    shown=_shown,
)

assessments = ASSESSMENTS.group(_("What becomes of each system: list, propose, decide."))


@assessments.command("propose", cls=Verb)
@formatted
def propose(*, form: Form) -> None:
    """Have the rules look at every system that waits for a decision."""
    told = connect().post("/assessments/propose", {}).data
    if not form.is_table:
        form.plain(told)
        return
    for verdict, count in told["verdicts"].items():
        click.echo(f"{label(verdict)}: {count}")
    if told["silent"]:
        click.echo(_("No rule speaks about {count} systems.").format(count=told["silent"]))
    click.echo(_("Changed: {count}.").format(count=told["changed"]))


@assessments.command("decide", cls=Verb)
@click.argument("system", metavar="SYSTEM", help=_("The system: id or code."))
@click.option("--verdict", required=True, type=click.Choice(VERDICTS), help=_("What becomes of it."))
@click.option("--reason", required=True, help=_("The reason; it goes on record."))
@click.option("--until", type=Day(), help=_("The last day of a postponement."))
@click.option("--into", "successor", help=_("The system that it is merged into, by code."))
@click.option("--vcpu", type=int, help=_("The vCPU that it will take on the platform."))
@click.option("--memory-mib", type=int, help=_("The memory in MiB that it will take on the platform."))
@version_option
@formatted
def decide(*, form: Form, system: str, version: int | None, **given: Any) -> None:
    """Decide what becomes of a system, in place of what was decided before."""
    api = connect()
    body = {name: value for name, value in given.items() if value is not None}
    body["system_id"] = resolve(api, "systems", system)
    form.record(api.post(ASSESSMENTS.path, body, version=version).data)
