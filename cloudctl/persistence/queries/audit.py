"""The list of audit events; their canonical bytes pass through untouched."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text, func, literal, or_, type_coerce

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import audit_events
from cloudctl.ports.queries.rows import AuditRow

_FOR = literal(" for ", Text)


def _took_part(actor: ColumnElement[Any], login: ColumnElement[Any]) -> ColumnElement[bool]:
    """Who acted, as a deputy too, and for whom a deputy acted: "B for A" is found by B and by A."""
    asked = type_coerce(login, Text)
    as_deputy, as_principal = asked + _FOR, _FOR + asked
    return or_(
        actor == asked,
        func.substr(actor, 1, func.length(as_deputy)) == as_deputy,
        func.substr(actor, func.length(actor) - func.length(as_principal) + 1) == as_principal,
    )


AUDIT = Listed(row=AuditRow, table=audit_events, scope=audit_events.c.department_id, matched={"actor": _took_part})
