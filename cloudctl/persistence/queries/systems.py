"""The list of information systems, today's or that of a past day; and what each lacks for the self-inventory."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Text, case, func, literal, or_, type_coerce

from cloudctl.domain.surveys import SELF_INVENTORY
from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import systems, systems_versions
from cloudctl.persistence.types import Json
from cloudctl.ports.queries.rows import SystemRow


def _lacks(table: FromClause) -> ColumnElement[Any]:
    """The names of the fields that are null, as the text of a JSON list."""
    names: ColumnElement[str] = literal("", Text)
    for name in SELF_INVENTORY:
        names = names + case((table.c[name].is_(None), f'"{name}",'), else_="")
    return type_coerce(literal("[", Text) + func.rtrim(names, ",") + "]", Json(list[str]))


def _listed(table: FromClause, past: Listed | None = None) -> Listed:
    return Listed(
        row=SystemRow,
        table=table,
        scope=table.c.department_id,
        others={
            "lacks": _lacks(table),
            "incomplete": or_(*(table.c[name].is_(None) for name in SELF_INVENTORY)),
        },
        past=past,
    )


SYSTEMS = _listed(systems, past=_listed(systems_versions))
