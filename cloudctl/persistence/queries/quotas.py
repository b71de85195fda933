"""The list of the ledger's accounts, and their sums over a part of the tree."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Engine, Select, Uuid, bindparam, func, select

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.queries.subtrees import part, within
from cloudctl.persistence.tables import quotas
from cloudctl.ports.queries import Scope
from cloudctl.ports.queries.capacities import QuotaSum
from cloudctl.ports.queries.rows import QuotaRow

QUOTAS = Listed(row=QuotaRow, table=quotas, scope=quotas.c.department_id)
_PLACE = (quotas.c.cloud, quotas.c.zone, quotas.c.dimension)


def quota_sums(engine: Engine, scope: Scope) -> list[QuotaSum]:
    """Per cloud, zone and dimension, in one statement."""
    kind, root = part(scope)
    with engine.connect() as connection:
        rows = connection.execute(_sums(kind), {"root": root}).all()
    return [
        QuotaSum(
            cloud=row.cloud,
            zone=row.zone,
            dimension=row.dimension,
            departments=row.departments,
            limit=int(row.usable),
            held=int(row.held),
            committed=int(row.committed),
            left=int(row.usable - row.held - row.committed),
        )
        for row in rows
    ]


@cache
def _sums(kind: str) -> Select[Any]:
    usable = func.sum(quotas.c.limit - quotas.c.allotted).label("usable")
    booked = (func.sum(quotas.c.held).label("held"), func.sum(quotas.c.committed).label("committed"))
    sums = select(*_PLACE, func.count().label("departments"), usable, *booked)
    inside = within(quotas.c.department_id, kind, bindparam("root", type_=Uuid))
    return sums.where(*inside).group_by(*_PLACE).order_by(*_PLACE)
