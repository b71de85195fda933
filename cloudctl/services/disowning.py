"""An adoption taken back, as transactions: off the record and the ledger first, its keys off the objects afterwards.

What was changed, claimed, handed on or built upon since stays adopted, and its taking says why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from cloudctl.domain.adoptions import Adoption, Taking
from cloudctl.domain.networks import Network
from cloudctl.domain.quotas import Demand
from cloudctl.domain.resources import Resource
from cloudctl.messages import mark
from cloudctl.ports.context import Context
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.adopting import tell_departments
from cloudctl.services.deliveries import platform_request

TAKEN = ("recorded", "marked", "lost")

IN_USE = mark("It is being changed, released or transferred.")
HANDED_ON = mark("It belongs to another department or system by now.")
CHANGED = mark("Its size or term was changed since.")
BUILT_UPON = mark("Something was ordered for it since.")
BELONGS = mark("It stays with what it belongs to.")


def withdraw(ctx: Context, adoption_id: UUID) -> None:
    """Takes off the record and the ledger what an undoing may take; what stays adopted is told why. One transaction."""
    with ctx.unit_of_work(platform_request(f"adoption:{adoption_id}")) as uow:
        adoption = uow.adoptions.lock(adoption_id)
        if adoption.state != "undoing":
            return
        takings = {taking.id: taking for taking in uow.adoptions.takings(adoption_id, *TAKEN)}
        resources = {resource.id: resource for resource in uow.resources.lock_all(takings.keys())}
        staying = _staying(takings, resources, uow.resources.used_by_others(takings.keys(), adoption_id))
        freed: defaultdict[tuple[UUID, str, str], Demand] = defaultdict(Demand)
        for taking in takings.values():
            taking.note = staying.get(taking.id)
            if taking.note is None:
                freed[taking.department_id, taking.cloud, taking.zone] += _withdraw(uow, adoption, taking, resources)
        uow.adoptions.untie([key for key in takings if key not in staying])
        for (department_id, cloud, zone), demand in sorted(freed.items()):
            uow.quotas.free(department_id, cloud, zone, demand, order_id=None)


def _withdraw(uow: UnitOfWork, adoption: Adoption, taking: Taking, resources: Mapping[UUID, Resource]) -> Demand:
    """One record: it ends, and its object is nobody's again; answers what that frees."""
    taking.advance("withdraw")
    resource = resources[taking.id]
    resource.advance("undo")
    resource.backend_id = None
    if isinstance(resource, Network):
        for prefix in uow.prefixes.of_network(resource.id):
            prefix.advance("retire")
            prefix.advance("cool")
    uow.audit(
        "delete/adopt",
        resource.KIND.value,
        resource.id,
        department_id=resource.department_id,
        before={"adoption": adoption.number, "native_id": taking.native_id},
    )
    return resource.footprint


def _staying(
    takings: Mapping[UUID, Taking], resources: Mapping[UUID, Resource], used: Iterable[UUID]
) -> dict[UUID, str]:
    """Which takings cannot be taken back, and why: a server and its volumes stay, or go, together."""
    upon = set(used)
    staying = {
        key: reason
        for key, taking in takings.items()
        if (reason := _changed(taking, resources[key]) or (BUILT_UPON if key in upon else None)) is not None
    }
    for key, taking in takings.items():
        if key in staying and taking.server_id is not None and taking.server_id in takings:
            staying.setdefault(taking.server_id, BELONGS)
    for key, taking in takings.items():
        if taking.server_id in staying:
            staying.setdefault(key, BELONGS)
    for key in list(staying):
        network_id = takings[key].network_id
        if network_id is not None and network_id in takings:
            staying.setdefault(network_id, BELONGS)
    return staying


def _changed(taking: Taking, resource: Resource) -> str | None:
    if resource.state != "active" or resource.claimed_by is not None:
        return IN_USE
    if (resource.department_id, resource.system_id) != (taking.department_id, taking.system_id):
        return HANDED_ON
    booked = {dimension.value: amount for dimension, amount in resource.footprint.items() if amount}
    return CHANGED if booked != taking.booked or resource.expires_on != taking.expires_on else None


def finish_undo(ctx: Context, adoption_id: UUID) -> bool:
    """Ends an undoing whose keys are all taken off; False while some are not."""
    with ctx.unit_of_work(platform_request(f"adoption:{adoption_id}")) as uow:
        adoption = uow.adoptions.lock(adoption_id)
        if adoption.state != "undoing":
            return True
        counts = uow.adoptions.counts(adoption_id)
        if counts.get("withdrawn"):
            return False
        adoption.advance("keep" if any(counts.get(state) for state in TAKEN) else "withdraw")
        adoption.ended_at, adoption.last_error = uow.now, None
        tell_departments(uow, adoption, "adoption_undone", uow.adoptions.takings(adoption_id, "given_back"))
        uow.audit(
            "update/adoption",
            "adoption",
            adoption.id,
            after={"number": adoption.number, "state": adoption.state, **counts},
        )
        return True
