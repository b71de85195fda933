"""The list of cases."""

from __future__ import annotations

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import cases, departments
from cloudctl.ports.queries.rows.cases import CaseRow

CASES = Listed(
    row=CaseRow,
    table=cases,
    source=cases.join(departments, departments.c.id == cases.c.department_id),
    scope=cases.c.department_id,
    others={"department": departments.c.name},
)
