"""Clouds: their list, which everybody sees, and what room they have."""

from __future__ import annotations

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from cloudctl.domain.clouds import Cloud
from cloudctl.domain.quotas import Dimension
from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import clouds, quotas
from cloudctl.ports.queries import Capacity
from cloudctl.ports.queries.rows import CloudRow

CLOUDS = Listed(row=CloudRow, table=clouds)

_USED = select(
    quotas.c.cloud, quotas.c.dimension, func.sum(quotas.c.held), func.sum(quotas.c.committed)
).group_by(quotas.c.cloud, quotas.c.dimension)  # fmt: skip


def capacity(engine: Engine, code: str | None = None) -> list[Capacity]:
    """Per cloud in use and dimension, in two statements."""
    with Session(engine) as session:
        found = session.scalars(select(Cloud).order_by(clouds.c.code)).all()
        used = {(cloud, dimension): (held, committed) for cloud, dimension, held, committed in session.execute(_USED)}
    asked = [cloud for cloud in found if code in (None, cloud.code) and not cloud.retired]
    return [
        _room(cloud, dimension, *used.get((cloud.code, dimension), (0, 0)))
        for cloud in asked
        for dimension in Dimension
    ]


def _room(cloud: Cloud, dimension: Dimension, held: int, committed: int) -> Capacity:
    return Capacity(
        cloud=cloud.code, dimension=dimension, total=cloud.room(dimension), held=int(held), committed=int(committed)
    )
