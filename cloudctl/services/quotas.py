"""Quota limits, watched by the ledger: set by the city's office, and by a district for the units below it."""

from __future__ import annotations

from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.errors import Forbidden, Invalid
from cloudctl.domain.quotas import Dimension, Quota
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries import Scope, Subtree, scope_of
from cloudctl.ports.queries.capacities import QuotaSum
from cloudctl.services.mergers import standing


def set_limit(
    ctx: Context, request: Request, *, department_id: UUID, cloud: str, zone: str, dimension: Dimension, limit: int
) -> Quota:
    """Sets one limit. It may be set below what is in use: then only orders that raise the dimension are refused.

    The limit of a unit below a district comes out of what the unit above it has, and does not sink below what is in
    use. Raises QuotaExceeded where the unit above has no room, Conflict for less than was allotted further down.
    """
    actor = request.actor
    actor.require(Permission.QUOTAS_WRITE)
    actor.require_sight(department_id, "department", department_id)
    if department_id == actor.department_id:
        raise Forbidden(
            "A district does not set its own quota.", way_out="Ask the city's office; allot what there is to the units."
        )
    if limit < 0:
        raise Invalid("A limit is not negative.", field="limit", way_out="Give 0 or more.")
    with ctx.unit_of_work(request) as uow:
        standing(uow, department_id, "department_id")
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


def summary(ctx: Context, request: Request, department_id: UUID | None = None) -> list[QuotaSum]:
    """Sums over what the actor sees, or over one department of it with all that stands below."""
    actor = request.actor
    actor.require(Permission.QUOTAS_READ)
    scope = scope_of(actor)
    if department_id is not None:
        actor.require_sight(department_id, "department", department_id)
        with ctx.unit_of_work(request) as uow:
            uow.departments.get(department_id)
        scope = _part(scope, department_id)
    return ctx.queries.quota_sums(scope)


def _part(scope: Scope, department_id: UUID) -> Scope:
    """The department with its subtree; alone for who sees nothing below."""
    return department_id if isinstance(scope, UUID) else Subtree(department_id)
