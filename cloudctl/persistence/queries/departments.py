"""The list of departments; a department sees itself."""

from __future__ import annotations

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import departments
from cloudctl.ports.queries.rows import DepartmentRow

DEPARTMENTS = Listed(row=DepartmentRow, table=departments, scope=departments.c.id)
