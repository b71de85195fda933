"""Who may do what: the table of roles and permissions."""

from __future__ import annotations

from cloudctl.domain.accounts import DEPARTMENT_ROLES, DISTRICT_ROLES, GRANTS, Permission, Role
from tests.docs.reference.tables import code, page, table

INTRODUCTION = """\
An account holds roles of one place: a department, a district's office, or the city's office, which has operations and
audit beside it. A token can be cut down to single permissions, never widened. What an account sees follows its place: a
department its own, a district everything below it as well, the city all."""


def render() -> str:
    """A line for every role, then one for every permission."""
    roles = ((code(role), _place(role), ", ".join(map(code, sorted(GRANTS[role])))) for role in Role)
    permissions = ((code(p), ", ".join(code(role) for role in Role if p in GRANTS[role])) for p in Permission)
    return page(
        "Roles",
        INTRODUCTION,
        "## Roles",
        table(("role", "of", "permissions"), roles),
        "## Permissions",
        table(("permission", "held by"), permissions),
    )


def _place(role: Role) -> str:
    if role in DEPARTMENT_ROLES:
        return "a department"
    return "a district" if role in DISTRICT_ROLES else "the city's office"
