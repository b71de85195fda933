"""The workflows and their steps, with the sentence of each step."""

from __future__ import annotations

import inspect

from cloudctl.domain.workflows import Saga
from cloudctl.workflows import SAGAS
from tests.docs.reference.tables import code, page, table

INTRODUCTION = """\
A saga does the machine's work on one order or resource, step by step; each finished step is on record, so that a
worker which is killed loses nothing. Every step may run twice: it looks for its own earlier effect before it acts. A
step ends `done`, `failed` (what was built is undone in reverse), `park` (an operator decides: the order is in
*attention*) or `stop` (nothing to do any more). Names and order are stored with the work under way; a change to them
is a migration.

| workflow's id | made by |
|---|---|
| `<order id>:<attempt>` | an approval (`provision_order`), `cloudctl workflows retry`, `rollback` (`undo_order`) |
| `restore:<resource id>:<version>` | `cloudctl servers restore` and its siblings |
| `purge:<resource id>:<day>` | the end of a retention |
| `drift:<finding id>:<version>` | `cloudctl drift resolve` with restore or release |"""


def render() -> str:
    """All sagas."""
    return page("Sagas", INTRODUCTION, *(_saga(saga) for saga in SAGAS))


def _saga(saga: Saga) -> str:
    module = inspect.getdoc(inspect.getmodule(saga.body)) or ""
    meaning = module.split("\n\n")[0].split(": ", 1)[-1]
    rows = ((number, code(step.__name__), _sentence(step)) for number, step in enumerate(saga.steps, start=1))
    return "\n\n".join([f"## {saga.name}", meaning[0].upper() + meaning[1:], table(("", "step", "does"), rows)])


def _sentence(step: object) -> str:
    return (inspect.getdoc(step) or "").split("\n\n")[0]
