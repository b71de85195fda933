"""The list of shadows, the list of sweeps, and how many shadows there were on any day, by kind and department."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, Text, Uuid, bindparam, func, select, type_coerce

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.queries.subtrees import part, within
from cloudctl.persistence.tables import departments, shadow_turns, shadows, sweeps, systems
from cloudctl.persistence.types import Instant
from cloudctl.ports.queries import Scope
from cloudctl.ports.queries.rows.shadows import ShadowCount, ShadowRow, SweepRow

SHADOWS = Listed(
    row=ShadowRow,
    table=shadows,
    source=shadows.outerjoin(departments, departments.c.id == shadows.c.department_id).outerjoin(
        systems, systems.c.id == shadows.c.system_id
    ),
    scope=shadows.c.department_id,
    others={
        "department": departments.c.name,
        "system": systems.c.code,
        "kind": type_coerce(shadows.c.kind, Text),
        "subject": type_coerce(shadows.c.subject, Text),
        "act": type_coerce(shadows.c.act, Text),
    },
    by_time=True,
)
SWEEPS = Listed(row=SweepRow, table=sweeps, others={"kind": type_coerce(sweeps.c.kind, Text)})

_AT = bindparam("at", type_=Instant)
_t = shadow_turns.c
_LAST = (
    select(
        shadow_turns,
        func.row_number().over(partition_by=_t.shadow_id, order_by=[_t.at.desc(), _t.id.desc()]).label("place"),
    )
    .where(_t.at <= _AT)
    .subquery("last")
)
_COUNTS = (
    select(
        type_coerce(_LAST.c.kind, Text).label("kind"),
        _LAST.c.department_id,
        departments.c.name.label("department"),
        _LAST.c.state,
        func.count().label("count"),
    )
    .select_from(_LAST.outerjoin(departments, departments.c.id == _LAST.c.department_id))
    .where(_LAST.c.place == 1)
    .group_by(_LAST.c.kind, _LAST.c.department_id, departments.c.name, _LAST.c.state)
    .order_by(_LAST.c.kind, departments.c.name, _LAST.c.state)
)


def counts(engine: Engine, scope: Scope, at: datetime) -> Sequence[ShadowCount]:
    """By kind, department and state, as it stood at a moment."""
    kind, root = part(scope)
    inside = list(within(_LAST.c.department_id, kind, bindparam("scope", type_=Uuid)))
    statement = _COUNTS.where(*inside) if inside else _COUNTS
    with engine.connect() as connection:
        return [ShadowCount(**row) for row in connection.execute(statement, {"at": at, "scope": root}).mappings()]
