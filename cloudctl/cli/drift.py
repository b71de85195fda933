"""`cloudctl drift`: where the clouds and the records disagree, and what is done about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.labels import label
from cloudctl.cli.nouns import Noun, Row, key, version_option
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.tables import cell
from cloudctl.cli.titles import title
from cloudctl.cli.words import _

ACTS = ("adopt", "accept", "restore", "release")


def _shown(row: Row) -> Row:
    plain = {name: value for name, value in row.items() if name != "words"}
    return {**plain, "finding": in_my_language(row["words"]), "next_step": in_my_language(row["next_step"])}


DRIFT = Noun(
    "drift",
    columns=("cloud", "kind", "subject_kind", "name", "department", "state", "finding", "found_at", "as_of", "id"),
    filters=("cloud", "kind", "state", "subject_kind", "department_id"),
    single=False,
    shown=_shown,
)

drift = DRIFT.group(_("Where the clouds and the records disagree: list, explain, resolve."))


@drift.command("show")
@key
@formatted
def show(*, form: Form, key: str) -> None:
    """Show one, with all that is on record of it."""
    finding = connect().get(item("/drift", key)).data
    form.record(_shown(finding) if form.is_table else finding)


@drift.command("explain")
@key
@formatted
def explain(*, form: Form, key: str) -> None:
    """Say in words what was found, on what evidence, and what to do next."""
    _explain(form, connect().get(item("/drift", key)).data)


@drift.command("resolve")
@key
@click.option(
    "--by",
    required=True,
    type=click.Choice(ACTS),
    help=_("adopt: becomes a department's; accept: the record follows; restore: the cloud follows; release: it goes."),
)
@click.option("--reason", required=True, help=_("The reason; it goes on record."))
@click.option("--department", help=_("Whose it is to be until it is deleted, by code; for what is on no record."))
@click.option("--system", help=_("The system that it becomes part of when it is adopted, by code."))
@click.option("--term-months", type=int, help=_("For how many months it is adopted."))
@version_option
@formatted
def resolve(*, form: Form, key: str, version: int | None, **given: Any) -> None:
    """Decide on a finding; `explain` says which acts it allows."""
    body = {name: value for name, value in given.items() if value is not None}
    _explain(form, connect().post(f"{item('/drift', key)}/resolve", body, version=version).data)


def _explain(form: Form, finding: Row) -> None:
    if not form.is_table:
        form.record(finding)
        return
    for line in explained(finding):
        click.echo(line)


def explained(finding: Row) -> Iterator[str]:
    """The finding as people read it: the sentence, what it rests on, one next step."""
    yield in_my_language(finding["words"])
    for name, value in {**finding["evidence"], "found_at": finding["found_at"]}.items():
        if value is not None:
            yield f"  {title(name)}: {cell(name, value)}"
    if finding["last_error"]:
        yield _("  The last act did not succeed: {error}").format(error=finding["last_error"])
    if finding["state"] == "open":
        yield _("Next: {step}").format(step=in_my_language(finding["next_step"]))
        if finding["acts"]:
            yield _("Possible: {acts}.").format(acts=", ".join(finding["acts"]))
    else:
        act = label(finding["act"]) if finding["act"] else "-"
        yield _("It is {state}: {act}. {reason}").format(
            state=label(finding["state"]), act=act, reason=finding["reason"] or ""
        )
