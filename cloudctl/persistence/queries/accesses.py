"""The list of network accesses, today's or that of a past day."""

from __future__ import annotations

from sqlalchemy import FromClause

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import accesses, accesses_versions
from cloudctl.ports.queries.rows import AccessRow


def _listed(table: FromClause, past: Listed | None = None) -> Listed:
    return Listed(row=AccessRow, table=table, scope=table.c.department_id, by_time=True, past=past)


ACCESSES = _listed(accesses, past=_listed(accesses_versions))
