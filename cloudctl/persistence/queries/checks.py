"""The lists of checks, their history, incidents and maintenance; and what availability is worked out from."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Engine, Select, Uuid, bindparam, func, null, or_, select, type_coerce
from sqlalchemy import Text as Words

from cloudctl.domain.lifecycle_checks import LOOKED_AT
from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.queries.subtrees import part, within
from cloudctl.persistence.tables import apps, check_results, checks, departments, incidents, maintenance
from cloudctl.persistence.types import Instant
from cloudctl.ports.queries import Scope
from cloudctl.ports.queries.checks import AppOutcome
from cloudctl.ports.queries.rows import CheckResultRow, CheckRow, IncidentRow, MaintenanceRow

CHECKS = Listed(
    row=CheckRow,
    table=checks,
    source=checks.join(apps, apps.c.id == checks.c.app_id),
    scope=checks.c.department_id,
    others={"app": apps.c.code},
)
CHECK_RESULTS = Listed(
    row=CheckResultRow,
    table=check_results,
    source=check_results.join(checks, checks.c.id == check_results.c.check_id).join(
        apps, apps.c.id == check_results.c.app_id
    ),
    scope=check_results.c.department_id,
    others={"check": checks.c.name, "app": apps.c.code},
)
INCIDENTS = Listed(
    row=IncidentRow,
    table=incidents,
    source=incidents.join(apps, apps.c.id == incidents.c.app_id),
    scope=incidents.c.department_id,
    others={"app": apps.c.code},
)
MAINTENANCE = Listed(row=MaintenanceRow, table=maintenance)

_FIRST, _LAST = bindparam("first", type_=Instant), bindparam("last", type_=Instant)
_OUTCOMES = (
    select(
        apps.c.id,
        apps.c.code,
        apps.c.name,
        apps.c.zone,
        apps.c.state,
        apps.c.department_id,
        departments.c.code,
        select(func.max(checks.c.promise)).where(checks.c.app_id == apps.c.id).scalar_subquery(),
        check_results.c.check_id,
        type_coerce(check_results.c.cause, Words),
        check_results.c.begun_at,
        check_results.c.until_at,
    )
    .select_from(
        apps.join(departments, departments.c.id == apps.c.department_id).outerjoin(
            check_results,
            (check_results.c.app_id == apps.c.id)
            & (check_results.c.until_at > _FIRST)
            & (check_results.c.begun_at < _LAST),
        )
    )
    .where(or_(apps.c.state.in_(LOOKED_AT), check_results.c.id != null()))
    .order_by(departments.c.code, apps.c.code, check_results.c.begun_at)
)


def outcomes(engine: Engine, scope: Scope, first: Any, last: Any) -> list[AppOutcome]:
    """One statement, a row for each run of equal outcomes; an application without any has one with none."""
    kind, root = part(scope)
    with engine.connect() as connection:
        found = connection.execute(_of(kind), {"first": first, "last": last, "scope": root}).all()
    return [AppOutcome(*row) for row in found]


@cache
def _of(kind: str) -> Select[Any]:
    return _OUTCOMES.where(*within(apps.c.department_id, kind, bindparam("scope", type_=Uuid)))
