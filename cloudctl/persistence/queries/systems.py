"""The list of information systems."""

from __future__ import annotations

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import systems
from cloudctl.ports.queries.rows import SystemRow

SYSTEMS = Listed(row=SystemRow, table=systems, scope=systems.c.department_id)
