"""The list of prefixes, with the zone and block they were cut from; a department sees those of its orders."""

from __future__ import annotations

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import orders, prefixes, supernets
from cloudctl.ports.queries.rows import PrefixRow

PREFIXES = Listed(
    row=PrefixRow,
    table=prefixes,
    source=prefixes.join(supernets, supernets.c.id == prefixes.c.supernet_id).outerjoin(
        orders, orders.c.id == prefixes.c.order_id
    ),
    scope=orders.c.department_id,
    others={"zone": supernets.c.zone, "supernet": supernets.c.cidr},
)
