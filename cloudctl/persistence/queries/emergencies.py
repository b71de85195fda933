"""The list of emergencies."""

from __future__ import annotations

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import emergencies, orders
from cloudctl.ports.queries.rows import EmergencyRow

EMERGENCIES = Listed(
    row=EmergencyRow,
    table=emergencies,
    source=emergencies.join(orders, orders.c.id == emergencies.c.order_id),
    scope=emergencies.c.department_id,
    others={"order": orders.c.number},
)
