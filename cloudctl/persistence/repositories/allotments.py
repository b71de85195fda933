"""What a district, or a unit below it, allots to the units right below it, out of its own account of the ledger.

The upper account's `allotted` is the sum of the limits below it. It moves by guarded updates, after the lock of the
lower account: locks are taken upwards, so nobody waits in a circle. The tree is kept as it is meanwhile.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.orm import Session

from cloudctl.domain.departments import Department
from cloudctl.domain.errors import Conflict, QuotaExceeded
from cloudctl.domain.quotas import Dimension, Quota
from cloudctl.persistence.repositories.departments import DepartmentRecords
from cloudctl.persistence.tables import departments, quotas

Place = tuple[str, str, Dimension]
"""A cloud's code, a zone's code, a dimension: where a department has one account."""

TAKEN = quotas.c.held + quotas.c.committed + quotas.c.allotted


class Allotments:
    """The upper accounts, in one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._tree = DepartmentRecords(session)

    def upper(self, department_id: UUID) -> Department | None:
        """Out of whose account the department's limits come, in a tree that stays as it is; None: the city's."""
        self._tree.lock_tree()
        parent_id = self._tree.get(department_id).parent_id
        upper = None if parent_id is None else self._tree.get(parent_id)
        return upper if upper is not None and upper.allots else None

    def allot(self, upper: Department, place: Place, amount: int) -> bool:
        """The guarded update, by what a limit below grows or sinks; False where the account above has no room."""
        if not amount:
            return True
        room = [TAKEN + amount <= quotas.c.limit] if amount > 0 else []
        given = update(quotas).where(*_here(upper.id, place), *room).values(allotted=quotas.c.allotted + amount)
        return self.session.execute(given.returning(quotas.c.id)).scalar_one_or_none() is not None

    def exhausted(self, upper: Department, place: Place, asked: int) -> QuotaExceeded:
        """What to raise where `allot` found no room."""
        fresh = select(Quota).where(*_here(upper.id, place)).execution_options(populate_existing=True)
        above = self.session.scalars(fresh).one_or_none()
        return QuotaExceeded(
            "{department} has {left} {dimension} of {limit} left to allot, not {asked}.",
            field="limit",
            way_out="Allot less, lower what other units have, or have the quota of {department} raised first.",
            department=upper.name,
            dimension=place[2].value,
            asked=asked,
            left=0 if above is None else above.left,
            limit=0 if above is None else above.limit,
        )

    def recount(self, department: Department) -> None:
        """Sums up what is allotted right below, in a tree locked to change; raises Conflict past what there is."""
        order = quotas.c.cloud, quotas.c.zone, rank()
        own = select(Quota).where(quotas.c.department_id == department.id).order_by(*order).with_for_update()
        found = self.session.scalars(own.execution_options(populate_existing=True))
        accounts = {(quota.cloud, quota.zone, quota.dimension): quota for quota in found}
        sums = self._limits_below(department.id) if department.allots else {}
        for place in dict.fromkeys([*accounts, *sums]):
            quota, below = accounts.get(place), sums.get(place, 0)
            left = 0 if quota is None else quota.limit - quota.held - quota.committed
            if below > (0 if quota is None else max(left, quota.allotted)):
                raise _overdrawn(department, place, left, below)
            if quota is not None:
                quota.allotted = below
        self.session.flush()

    def _limits_below(self, department_id: UUID) -> dict[Place, int]:
        place = quotas.c.cloud, quotas.c.zone, quotas.c.dimension
        below = quotas.join(departments, departments.c.id == quotas.c.department_id)
        limits = func.sum(quotas.c.limit)
        sums = select(*place, limits).select_from(below).where(departments.c.parent_id == department_id)
        rows = self.session.execute(sums.group_by(*place).having(limits > 0))
        return {(cloud, zone, dimension): int(limit) for cloud, zone, dimension, limit in rows}


def rank() -> ColumnElement[int]:
    """The fixed order of dimensions in SQL: every transaction locks accounts in it."""
    return case({dimension: place for place, dimension in enumerate(Dimension)}, value=quotas.c.dimension)


def refuse_uncovered(quota: Quota, limit: int, covered: int) -> None:
    """Raises Conflict for a limit that would sink below what it has to cover."""
    if limit < min(covered, quota.limit):
        raise Conflict(
            "{covered} {dimension} are in use or allotted to units below; the limit cannot sink to {limit}.",
            field="limit",
            way_out="Lower the units' quotas or release what is in use first, or give at least {covered}.",
            covered=covered,
            dimension=quota.dimension.value,
            limit=limit,
        )


def _here(department_id: UUID, place: Place) -> tuple[ColumnElement[bool], ...]:
    cloud, zone, dimension = place
    owner = quotas.c.department_id == department_id
    return owner, quotas.c.cloud == cloud, quotas.c.zone == zone, quotas.c.dimension == dimension


def _overdrawn(department: Department, place: Place, left: int, asked: int) -> Conflict:
    cloud, zone, dimension = place
    return Conflict(
        "{department} has {left} {dimension} in {cloud}/{zone} for its units, who would have {asked}.",
        field="parent_id",
        way_out="Raise its quota first, or lower those of the units.",
        department=department.name,
        left=left,
        asked=asked,
        dimension=dimension.value,
        cloud=cloud,
        zone=zone,
    )
