"""The list of findings of drift, newest first, each as old as its cloud's figures; and how many are open."""

from __future__ import annotations

from sqlalchemy import Engine, Text, func, select, type_coerce

from cloudctl.domain.drift import DriftKind
from cloudctl.domain.syncs import Health
from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.queries.syncs import CLEAN_AT, HEALTH
from cloudctl.persistence.tables import clouds, departments
from cloudctl.persistence.tables import drift_findings as findings
from cloudctl.ports.queries.rows import DriftRow

_standing = select(clouds.c.code, HEALTH.label("health"), CLEAN_AT.label("clean_at")).subquery("standing")

DRIFT = Listed(
    row=DriftRow,
    table=findings,
    source=findings.outerjoin(departments, departments.c.id == findings.c.department_id).outerjoin(
        _standing, _standing.c.code == findings.c.cloud
    ),
    scope=findings.c.department_id,
    others={
        "department": departments.c.name,
        "kind": type_coerce(findings.c.kind, Text),
        "act": type_coerce(findings.c.act, Text),
        "as_of": _standing.c.clean_at,
        "stale": func.coalesce(_standing.c.health, Health.NEVER.value) != Health.FRESH.value,
    },
    by_time=True,
)

_OPEN = (
    select(findings.c.kind, func.count()).where(findings.c.state.in_(["open", "resolving"])).group_by(findings.c.kind)
)


def gauges(engine: Engine) -> dict[str, float]:
    """By sample name: what is neither resolved nor vanished, by kind; 0 is shown."""
    with engine.connect() as connection:
        counts = {kind: float(n) for kind, n in connection.execute(_OPEN)}
    return {f'cloudctl_drift_findings{{kind="{kind}"}}': counts.get(kind, 0.0) for kind in DriftKind}
