"""`cloudctl cases`: listed supervision (挂牌督办), closed only with proof (销号)."""

from __future__ import annotations

from typing import Any

import click

from cloudctl.cli.client import connect, item
from cloudctl.cli.evidence import subject_named
from cloudctl.cli.fields import body_of, options
from cloudctl.cli.groups import Verb
from cloudctl.cli.nouns import Noun, key, version_option
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

CASES = Noun(
    "cases",
    columns=("number", "state", "card", "due_on", "department", "role", "origin", "title", "closing", "id"),
    filters=("department_id", "role", "state", "card", "origin", "due_on"),
)

cases = CASES.group(_("Listed supervision: numbered, with a deadline, closed only with proof."))


@cases.command("open", cls=Verb)
@options("department_id", "title", "reason", required=True)
@options("working_days")
@formatted
def open_case(*, form: Form, **given: Any) -> None:
    """List a case by hand: who owes it, what has to be put right, and why."""
    api = connect()
    form.record(api.post(CASES.path, body_of(api, given)).data)


@cases.command("lies", cls=Verb)
@click.argument("subject", metavar="CODE", help=_("The code of a system or machine room."))
@formatted
def lies(*, form: Form, subject: str) -> None:
    """List what the evidence of a system or machine room gives away as a case."""
    api = connect()
    noun, subject_id = subject_named(api, subject)
    body = {"subject_kind": noun.removesuffix("s"), "subject_id": subject_id}
    form.record(api.post(f"{CASES.path}/lies", body).data)


@cases.command("prove", cls=Verb)
@key
@click.option("--proof", required=True, help=_("What was done, and when."))
@version_option
@formatted
def prove(*, form: Form, key: str, proof: str, version: int | None) -> None:
    """Hand the proof in; files go beside it: `cloudctl evidence photo FILE --case NUMBER`."""
    _act(form, key, "prove", {"proof": proof}, version)


@cases.command("close", cls=Verb)
@key
@click.option("--reason", default="", help=_("What the office says to the proof."))
@version_option
@formatted
def close(*, form: Form, key: str, reason: str, version: int | None) -> None:
    """Close a case on its proof: a file, or a re-check that passes."""
    _act(form, key, "close", {"reason": reason}, version)


@cases.command("return", cls=Verb)
@key
@options("reason", required=True)
@options("working_days")
@version_option
@formatted
def send_back(*, form: Form, key: str, version: int | None, **given: Any) -> None:
    """Return a case whose proof does not do."""
    _act(form, key, "return", body_of(connect(), given), version)


def _act(form: Form, key: str, verb: str, body: dict[str, Any], version: int | None) -> None:
    api = connect()
    where = item(CASES.path, resolve(api, "cases", key))
    form.record(api.post(f"{where}/{verb}", body, version=version).data)
