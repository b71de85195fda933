"""The plan of an adoption over what is on record: the inventory, the registers, the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import msgspec

from cloudctl.domain.adoptions import footprint_of
from cloudctl.domain.errors import Invalid
from cloudctl.domain.inventory import Recorded
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.domain.syncs import Health, Standing
from cloudctl.governance.adoption import planner
from cloudctl.governance.adoption.plans import AdoptionPlan, Belonging, Register, Row, Snapshot, Take
from cloudctl.ports.context import Context
from cloudctl.ports.unit_of_work import UnitOfWork


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan books of one dimension; `left` is what the quota then leaves, negative where it is passed."""

    department: str
    cloud: str
    zone: str
    dimension: Dimension
    amount: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan with what it comes to. `digest` stands for the whole of it: another plan has another one."""

    plan: AdoptionPlan
    bookings: tuple[Booking, ...]
    departments: dict[UUID, str]
    systems: dict[UUID, str]
    objects: dict[UUID, Recorded]
    digest: str


def by_rows(ctx: Context, uow: UnitOfWork, rows: Sequence[Row]) -> Planned:
    """The plan of a sheet's rows, over the clouds that they name."""
    named = {row.cloud for row in rows}
    clouds = [cloud.code for cloud in uow.clouds.all() if cloud.code in named and not cloud.retired]
    seen = _snapshot(ctx, uow, clouds)
    return _planned(ctx, uow, seen, planner.plan(seen, rows=rows))


def by_rules(ctx: Context, uow: UnitOfWork, codes: Collection[str] | None, cloud: str | None) -> Planned:
    """The plan of these rules, or all, over one cloud, or all; raises Invalid for an unknown rule."""
    rules = list(uow.adoption_rules.all())
    unknown = sorted(set(codes or ()) - {rule.code for rule in rules})
    if unknown:
        raise Invalid(
            "There is no adoption rule {code}.", field="rules", way_out="See `cloudctl adoptions rules list`.",
            code=", ".join(unknown),
        )  # fmt: skip
    if codes:
        rules = [rule for rule in rules if rule.code in codes]
    clouds = [uow.clouds.by_code(cloud)] if cloud else uow.clouds.all()
    seen = _snapshot(ctx, uow, [found.code for found in clouds if not found.retired])
    return _planned(ctx, uow, seen, planner.plan(seen, rules=rules))


def _snapshot(ctx: Context, uow: UnitOfWork, clouds: Collection[str]) -> Snapshot:
    belongings: dict[UUID, Belonging] = {}
    for code in clouds:
        for key, (department_id, zone) in uow.resources.standing(code).items():
            belongings[key] = Belonging(department_id=department_id, zone=zone)
    return Snapshot(
        objects=[found for code in clouds for found in uow.inventory.of(code, state=None)],
        register=Register(
            departments=uow.departments.codes(),
            systems=uow.systems.codes(),
            zones={cloud.code: cloud.zones for cloud in uow.clouds.all() if not cloud.retired},
        ),
        stale=frozenset(code for code in clouds if _health(ctx, uow, code) is not Health.FRESH),
        belongings=belongings,
    )


def _health(ctx: Context, uow: UnitOfWork, code: str) -> Health:
    latest, clean = uow.syncs.latest(code), uow.syncs.latest(code, clean=True)
    standing = Standing(latest=latest.state if latest else None, clean_at=clean.started_at if clean else None)
    return standing.health(uow.now, ctx.limits.rhythm.stale_after)


def _planned(ctx: Context, uow: UnitOfWork, seen: Snapshot, made: AdoptionPlan) -> Planned:
    objects = {found.id: found for found in seen.objects}
    departments = {key: code for code, key in seen.register.departments.items()}
    return Planned(
        plan=made,
        bookings=tuple(_bookings(ctx, uow, made.takes, objects, departments)),
        departments=departments,
        systems={key: code for code, (key, _) in seen.register.systems.items()},
        objects=objects,
        digest=sha256(msgspec.json.encode([made.takes, made.conflicts, made.refusals])).hexdigest()[:16],
    )


def _bookings(
    ctx: Context, uow: UnitOfWork, takes: Iterable[Take], objects: dict[UUID, Recorded], departments: dict[UUID, str]
) -> Iterable[Booking]:
    sums: dict[tuple[UUID, str, str], Demand] = {}
    for take in takes:
        place = (take.department_id, take.cloud, take.zone)
        sums[place] = sums.get(place, Demand()) + footprint_of(objects[take.object_id].object)
    for (department_id, cloud, zone), demand in sorted(sums.items(), key=lambda pair: (departments[pair[0][0]], pair)):
        accounts = uow.quotas.of(department_id, cloud, zone)
        for dimension, amount in sorted(demand.growth().items()):
            quota = accounts.get(dimension)
            yield Booking(
                department=departments[department_id],
                cloud=cloud,
                zone=zone,
                dimension=dimension,
                amount=amount,
                left=(quota.left if quota else ctx.limits.default_quota) - amount,
            )
