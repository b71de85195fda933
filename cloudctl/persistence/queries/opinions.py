"""The list of opinions, with their orders."""

from __future__ import annotations

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import departments, opinions, orders
from cloudctl.ports.queries.rows import OpinionRow

OPINIONS = Listed(
    row=OpinionRow,
    table=opinions,
    source=opinions.join(orders, orders.c.id == opinions.c.order_id).join(
        departments, departments.c.id == opinions.c.department_id
    ),
    scope=opinions.c.department_id,
    others={"number": orders.c.number, "title": orders.c.title, "department": departments.c.name},
)
