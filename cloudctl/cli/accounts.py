"""`cloudctl accounts`: people and their roles."""

from __future__ import annotations

from cloudctl.cli.nouns import Noun
from cloudctl.cli.words import _

ACCOUNTS = Noun(
    "accounts",
    columns=("login", "name", "roles", "active", "department", "id"),
    joined=("department",),
    filters=("login", "department_id", "active"),
    required=("login", "name", "email", "roles"),
    optional=("department_id", "locale"),
    editable=("name", "email", "roles", "locale", "active"),
)

accounts = ACCOUNTS.group(_("People and their roles."))
