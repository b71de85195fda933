"""The list of assessments."""

from __future__ import annotations

from sqlalchemy import select

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import assessments, systems
from cloudctl.ports.queries.rows import AssessmentRow

_successors = systems.alias("successors")

ASSESSMENTS = Listed(
    row=AssessmentRow,
    table=assessments,
    source=assessments.join(systems, systems.c.id == assessments.c.system_id).outerjoin(
        _successors, _successors.c.id == assessments.c.successor_id
    ),
    scope=systems.c.department_id,
    others={
        "department_id": systems.c.department_id,
        "system": systems.c.code,
        "system_name": systems.c.name,
        "successor": _successors.c.code,
    },
)

LAPSED = (
    select(assessments.c.id, systems.c.department_id, systems.c.code, systems.c.name, assessments.c.until_on)
    .select_from(assessments.join(systems, systems.c.id == assessments.c.system_id))
    .where(assessments.c.state == "due")
    .subquery("lapsed")
)
"""Systems whose postponement has ended."""
