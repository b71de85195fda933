"""The list of official letters, with the numbers of their orders."""

from __future__ import annotations

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import departments, letters, orders
from cloudctl.ports.queries.rows import LetterRow

LETTERS = Listed(
    row=LetterRow,
    table=letters,
    source=letters.join(orders, orders.c.id == letters.c.order_id).join(
        departments, departments.c.id == letters.c.department_id
    ),
    scope=letters.c.department_id,
    others={"order": orders.c.number, "department": departments.c.name},
)
