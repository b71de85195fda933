"""The list of access grants."""

from __future__ import annotations

from sqlalchemy import Text, type_coerce

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import access_grants, departments, systems
from cloudctl.ports.queries.rows import AccessGrantRow

ACCESS_GRANTS = Listed(
    row=AccessGrantRow,
    table=access_grants,
    source=access_grants.join(systems, systems.c.id == access_grants.c.system_id).join(
        departments, departments.c.id == access_grants.c.department_id
    ),
    scope=access_grants.c.department_id,
    others={
        "system": systems.c.code,
        "department": departments.c.code,
        "level": type_coerce(access_grants.c.level, Text),
    },
)
