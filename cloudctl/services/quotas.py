"""Quota limits: set by the office, watched by the ledger."""

from __future__ import annotations

from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.errors import Invalid
from cloudctl.domain.quotas import Dimension, Quota
from cloudctl.ports.context import Context, Request


def set_limit(
    ctx: Context, request: Request, *, department_id: UUID, cloud: str, zone: str, dimension: Dimension, limit: int
) -> Quota:
    """Sets one limit. It may be set below what is in use: then only orders that raise the dimension are refused."""
    request.actor.require(Permission.QUOTAS_WRITE)
    if limit < 0:
        raise Invalid("A limit is not negative.", field="limit", way_out="Give 0 or more.")
    with ctx.unit_of_work(request) as uow:
        uow.departments.get(department_id)
        uow.clouds.by_code(cloud)
        uow.catalogue.zone(zone)
        earlier = uow.quotas.of(department_id, cloud, zone).get(dimension)
        before: dict[str, object] | None = None if earlier is None else {"limit": earlier.limit}
        quota = uow.quotas.set_limit(department_id, cloud, zone, dimension, limit)
        uow.audit(
            "update/quota",
            "quota",
            quota.id,
            department_id=department_id,
            before=before,
            after={"cloud": cloud, "zone": zone, "dimension": dimension.value, "limit": limit},
        )
        return uow.answer(quota)
