"""The list of clearings."""

from __future__ import annotations

from sqlalchemy import Text, cast, select

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import campaigns, clearings, departments, systems
from cloudctl.ports.queries.rows.clearings import ClearingRow

CLEARINGS = Listed(
    row=ClearingRow,
    table=clearings,
    source=clearings.join(departments, departments.c.id == clearings.c.department_id)
    .join(systems, systems.c.id == clearings.c.system_id)
    .join(campaigns, campaigns.c.id == clearings.c.campaign_id),
    scope=clearings.c.department_id,
    others={
        "campaign": campaigns.c.number,
        "department": departments.c.name,
        "system": systems.c.code,
        "name": systems.c.name,
    },
)

WAITING = (
    select(
        clearings.c.id,
        clearings.c.department_id,
        clearings.c.number,
        systems.c.name,
        clearings.c.state,
        clearings.c.due_on,
        clearings.c.quarantined_until,
        cast(clearings.c.proposed, Text).label("proposed"),
        campaigns.c.started_by,
        campaigns.c.started_for,
    )
    .select_from(
        clearings.join(systems, systems.c.id == clearings.c.system_id).join(
            campaigns, campaigns.c.id == clearings.c.campaign_id
        )
    )
    .subquery("waiting_clearings")
)
"""Cases with what is asked of people."""
