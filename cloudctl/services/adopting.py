"""The machine half of an adoption, as transactions: what its sagas put on record between calls to the clouds.

while record_chunk(ctx, adoption_id): ...        # resources, ledger, audit: a transaction a chunk
for mark in marks(ctx, adoption_id, "recorded"): ...       # a cloud is asked
keep_marks(ctx, adoption_id, "mark", done)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cloudctl.domain.accounts import Role
from cloudctl.domain.adoptions import Adoption, Taking, prefixes_of, record_of
from cloudctl.domain.clouds import Cloud
from cloudctl.domain.errors import Contended, UserError
from cloudctl.domain.inventory import CloudObject, ObjectKind
from cloudctl.domain.lifecycle import TAKINGS
from cloudctl.domain.quotas import Demand
from cloudctl.messages import mark
from cloudctl.ports.context import Context
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.deliveries import platform_request
from cloudctl.services.notices import tell

CHUNK = 200
NAMED = 10
"""So many names are told in a notice; of the rest, how many."""
ATTENTION = "adoption_attention"

NOT_FREE = mark("Since the plan it is gone, or on record, or carries a key.")
WITHOUT_SERVER = mark("Its server was not taken.")
NO_PROJECT = mark("It stands in no project that the platform could act in.")
GONE = mark("The cloud no longer had it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An object whose key is to be written or taken off: where it stands, and the resource whose key it is."""

    position: int
    key: UUID
    kind: ObjectKind
    cloud: Cloud
    project: str
    native_id: str


def record_chunk(ctx: Context, adoption_id: UUID) -> int:
    """Puts the next takings on record, each with its resource, ledger lines and audit event; answers how many.

    What is no longer free is refused with the reason, and the rest goes on.
    """
    with ctx.unit_of_work(platform_request(f"adoption:{adoption_id}")) as uow:
        adoption = uow.adoptions.lock(adoption_id)
        chunk = uow.adoptions.takings(adoption_id, "planned", limit=CHUNK) if adoption.state == "running" else ()
        _record(ctx, uow, adoption, chunk)
        return len(chunk)


def _record(ctx: Context, uow: UnitOfWork, adoption: Adoption, chunk: Sequence[Taking]) -> None:
    belonging = {key for taking in chunk if (key := taking.server_id or taking.network_id) is not None}
    there = {resource.id for resource in uow.resources.lock_all(belonging)}
    homes = _homes(uow, chunk)
    guarded = {
        key: uow.systems.get(key).mlps_level >= ctx.limits.protect_from_mlps
        for key in {taking.system_id for taking in chunk}
    }
    fit = [taking for taking in chunk if taking.tenant or homes[taking.department_id, taking.cloud]]
    tied = uow.adoptions.tie({taking.object_id: taking.id for taking in fit})
    things = {found.id: found.object for found in uow.inventory.some(tied)}
    booked: defaultdict[tuple[UUID, str, str], Demand] = defaultdict(Demand)
    orphans: list[UUID] = []
    with uow.together():
        for taking in chunk:
            if taking.object_id not in tied:
                taking.advance("refuse", NOT_FREE if taking in fit else NO_PROJECT)
                continue
            if taking.server_id is not None and taking.server_id not in there:
                taking.advance("refuse", WITHOUT_SERVER)
                orphans.append(taking.id)
                continue
            home = homes[taking.department_id, taking.cloud]
            shared = _shared(adoption, taking, home, uow.now) | {"protected": guarded[taking.system_id]}
            network_id = taking.network_id if taking.network_id in there else None
            resource = record_of(things[taking.object_id], shared, network_id=network_id, server_id=taking.server_id)
            assert resource is not None, taking.kind
            uow.resources.add(resource)
            there.add(resource.id)
            demand = resource.footprint
            booked[taking.department_id, taking.cloud, taking.zone] += demand
            taking.booked = {dimension.value: amount for dimension, amount in demand.items() if amount}
            taking.advance("record", taking.note)
            uow.audit(
                "create/adopt",
                resource.KIND.value,
                resource.id,
                department_id=resource.department_id,
                after={"adoption": adoption.number, "native_id": taking.native_id, "by": adoption.asked_by},
            )
    uow.adoptions.untie(orphans)
    for (department_id, cloud, zone), demand in sorted(booked.items()):
        uow.quotas.adopt(department_id, cloud, zone, demand)
    for taking in chunk:
        if taking.kind is ObjectKind.NETWORK and taking.state == "recorded":
            _plan_addresses(uow, taking, things[taking.object_id])


def _homes(uow: UnitOfWork, takings: Iterable[Taking]) -> dict[tuple[UUID, str], str | None]:
    """The departments' own projects on the clouds, where they have one."""
    places = {(taking.department_id, taking.cloud) for taking in takings}
    found = {place: uow.tenants.get(*place) for place in sorted(places)}
    return {place: tenant.backend_id if tenant else None for place, tenant in found.items()}


def _shared(adoption: Adoption, taking: Taking, home: str | None, now: datetime) -> dict[str, Any]:
    """What a resource of any kind has of its taking; `home` is its department's own project."""
    return {
        "id": taking.id,
        "order_id": None,
        "item": taking.position,
        "department_id": taking.department_id,
        "system_id": taking.system_id,
        "cloud": taking.cloud,
        "zone": taking.zone,
        "name": taking.name,
        "state": "active",
        "backend_id": taking.native_id,
        "expires_on": taking.expires_on,
        "tenant": None if home == taking.tenant else taking.tenant,
        "adoption_id": adoption.id,
        "contact": taking.contact,
        "created_at": now,
    }


def _plan_addresses(uow: UnitOfWork, taking: Taking, network: CloudObject) -> None:
    """Takes the network's prefixes out of the zone's address plan, where they lie in it and are free."""
    for cidr in prefixes_of(network):
        if cidr is None:
            continue
        try:
            with uow.attempt():
                prefix = uow.prefixes.reserve_exactly(
                    zone=taking.zone, cidr=cidr, network_id=taking.id, order_id=None, now=uow.now
                )
                prefix.advance("assign")
        except Contended:
            raise
        except UserError:
            continue  # it lies in no block of ours, or overlaps one that is taken: the plan has nothing to keep


def marks(ctx: Context, adoption_id: UUID, state: str, *, after: int = -1, limit: int = CHUNK) -> list[Mark]:
    """The next objects whose takings are in this state, by position."""
    with ctx.unit_of_work(platform_request(f"adoption:{adoption_id}")) as uow:
        clouds = {cloud.code: cloud for cloud in uow.clouds.all()}
        takings = uow.adoptions.takings(adoption_id, state, after=after, limit=limit)
        homes = _homes(uow, takings)
        return [
            Mark(
                position=taking.position,
                key=taking.id,
                kind=taking.kind,
                cloud=clouds[taking.cloud],
                project=taking.tenant or homes[taking.department_id, taking.cloud] or "",
                native_id=taking.native_id,
            )
            for taking in takings
        ]


def keep_marks(ctx: Context, adoption_id: UUID, event: str, done: Collection[UUID]) -> None:
    """Puts on record what the clouds confirmed: where `event` leads for those `done`."""
    before = "withdrawn" if event == "give_back" else "recorded"
    with ctx.unit_of_work(platform_request(f"adoption:{adoption_id}")) as uow:
        uow.adoptions.lock(adoption_id)
        uow.adoptions.move(done, before, TAKINGS.next(before, event), GONE if event == "lose" else None)


def keep_refusals(ctx: Context, adoption_id: UUID, reasons: Mapping[UUID, str]) -> None:
    """Puts on record why clouds refused to act; what is on record stays so."""
    with ctx.unit_of_work(platform_request(f"adoption:{adoption_id}")) as uow:
        uow.adoptions.lock(adoption_id)
        for taking in uow.adoptions.takings(adoption_id, "recorded", "withdrawn"):
            taking.note = reasons.get(taking.id, taking.note)


def finish(ctx: Context, adoption_id: UUID) -> bool:
    """Ends an adoption whose objects are all marked, or gone; False while some are not."""
    with ctx.unit_of_work(platform_request(f"adoption:{adoption_id}")) as uow:
        adoption = uow.adoptions.lock(adoption_id)
        if adoption.state != "running":
            return True
        counts = uow.adoptions.counts(adoption_id)
        if counts.get("recorded") or counts.get("planned"):
            return False
        adoption.advance("finish")
        adoption.ended_at = uow.now
        tell_departments(uow, adoption, "adopted", uow.adoptions.takings(adoption_id, "marked", "lost"))
        uow.audit(
            "update/adoption",
            "adoption",
            adoption.id,
            after={"number": adoption.number, "state": adoption.state, **counts},
        )
        return True


def park(ctx: Context, adoption_id: UUID, reason: str) -> None:
    """Hands an adoption, or its undoing, to an operator, with the cloud's words; what is on record stays so."""
    with ctx.unit_of_work(platform_request(f"adoption:{adoption_id}")) as uow:
        adoption = uow.adoptions.lock(adoption_id)
        adoption.last_error = reason
        if adoption.state == "running":
            adoption.advance("park")
        event = f"{adoption.workflow_id}/park"
        tell(uow, uow.accounts.with_role(Role.OPERATOR, None), ATTENTION, {"number": adoption.number}, event=event)


def tell_departments(uow: UnitOfWork, adoption: Adoption, template: str, takings: Iterable[Taking]) -> None:
    """Tells each department's officers and heads what an adoption has put on their record, or taken off it."""
    names: defaultdict[UUID, list[str]] = defaultdict(list)
    for taking in takings:
        names[taking.department_id].append(taking.name)
    for department_id, whole in sorted(names.items()):
        more = [f"+{len(whole) - NAMED}"] if len(whole) > NAMED else []
        people = [
            person
            for role in (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)
            for person in uow.accounts.with_role(role, department_id)
        ]
        tell(
            uow,
            people,
            template,
            {"number": adoption.number, "count": str(len(whole)), "names": ", ".join([*whole[:NAMED], *more])},
            event=f"{adoption.workflow_id}/{template}/{department_id}",
        )
