"""The list of notices; a department sees those about its orders."""

from __future__ import annotations

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import notices, orders
from cloudctl.ports.queries.rows import NoticeRow

NOTICES = Listed(
    row=NoticeRow,
    table=notices,
    source=notices.outerjoin(orders, orders.c.id == notices.c.order_id),
    scope=orders.c.department_id,
)
