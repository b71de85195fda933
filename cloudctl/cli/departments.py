"""`cloudctl departments`: the tenants, in a tree of levels."""

from __future__ import annotations

from typing import Any

from cloudctl.cli.client import connect, item
from cloudctl.cli.fields import body_of, options
from cloudctl.cli.histories import add_history
from cloudctl.cli.nouns import Noun, key, version_option
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.references import resolve
from cloudctl.cli.words import _

DEPARTMENTS = Noun(
    "departments",
    columns=("code", "name", "level", "parent", "created_at", "id"),
    joined=("parent",),
    filters=("code", "level", "parent_id"),
    required=("code", "name", "level"),
    optional=("parent_id",),
    editable=("name", "level", "parent_id"),
)

departments = DEPARTMENTS.group(_("Departments, in a tree of levels."))
add_history(departments, DEPARTMENTS.name)


@departments.command("merge")
@key
@options("into", "reason", required=True)
@version_option
@formatted
def merge(*, form: Form, key: str, version: int | None, **given: Any) -> None:
    """Merge one into another, which gets its systems; what it still has must be transferred or ended first."""
    _ended(form, key, "merge", version, given)


@departments.command("retire")
@key
@options("reason", required=True)
@version_option
@formatted
def retire(*, form: Form, key: str, version: int | None, **given: Any) -> None:
    """End one that has no successor; what it still has must be transferred or ended first."""
    _ended(form, key, "retire", version, given)


def _ended(form: Form, key: str, verb: str, version: int | None, given: dict[str, Any]) -> None:
    api = connect()
    where = item("/departments", resolve(api, "departments", key))
    form.record(api.post(f"{where}/{verb}", body_of(api, given), version=version).data)
