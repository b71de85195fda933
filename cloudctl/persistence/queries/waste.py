"""The list of proposals."""

from __future__ import annotations

from sqlalchemy import Text, type_coerce

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import departments, orders, waste_proposals
from cloudctl.ports.queries.rows.waste import WasteRow

WASTE = Listed(
    row=WasteRow,
    table=waste_proposals,
    source=waste_proposals.outerjoin(departments, departments.c.id == waste_proposals.c.department_id).outerjoin(
        orders, orders.c.id == waste_proposals.c.order_id
    ),
    scope=waste_proposals.c.department_id,
    others={
        "department": departments.c.name,
        "order": orders.c.number,
        "kind": type_coerce(waste_proposals.c.kind, Text),
    },
    by_time=True,
)
