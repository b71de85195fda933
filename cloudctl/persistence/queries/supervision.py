"""What runs against a limit, and the cards; a department sees those of its own orders."""

from __future__ import annotations

from sqlalchemy import select

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import cards, clocks, departments, orders
from cloudctl.ports.queries.rows import CardRow, DueRow

_RUNNING = select(clocks).where(clocks.c.ended_at.is_(None), clocks.c.stopped_at.is_(None)).subquery("running")
_OF_THE_ORDER = {"number": orders.c.number, "title": orders.c.title, "department": departments.c.name}

DUE = Listed(
    row=DueRow,
    table=_RUNNING,
    source=_RUNNING.join(orders, orders.c.id == _RUNNING.c.order_id).join(
        departments, departments.c.id == _RUNNING.c.department_id
    ),
    scope=_RUNNING.c.department_id,
    others={**_OF_THE_ORDER, "due_on": _RUNNING.c.promised_on},
)

CARDS = Listed(
    row=CardRow,
    table=cards,
    source=cards.join(orders, orders.c.id == cards.c.order_id).join(
        departments, departments.c.id == cards.c.department_id
    ),
    scope=cards.c.department_id,
    others=_OF_THE_ORDER,
)
