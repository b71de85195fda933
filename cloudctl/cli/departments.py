"""`cloudctl departments`: the tenants, in a tree of levels."""

from __future__ import annotations

from cloudctl.cli.nouns import Noun
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
