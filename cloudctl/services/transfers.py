"""Transfers: resources go to another department's system; both heads sign, and the second signature carries it out.

While a transfer waits its resources are claimed, as by an order: nobody changes what is being handed over. What is
signed is moved in one transaction: owner, system and quota. In the cloud the objects stay where they were built, and
each remembers that project.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from cloudctl.domain.accounts import Permission, missing
from cloudctl.domain.addresses import Address
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cloudctl.domain.quotas import Demand
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server
from cloudctl.domain.systems import System
from cloudctl.domain.transfers import Transfer
from cloudctl.domain.volumes import Volume
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.mergers import standing


def create(
    ctx: Context, request: Request, *, resources: list[UUID], to_department: str, to_system: str, reason: str
) -> Transfer:
    """Asks for a transfer of one department's resources; servers bring their volumes and addresses along.

    The receiver is named by the codes of its department and system: a department does not see another's ids.
    """
    actor = request.actor
    actor.require(Permission.TRANSFERS_WRITE)
    if not reason.strip():
        raise Invalid("A transfer needs a reason.", field="reason", way_out="Say why it changes hands.")
    with ctx.unit_of_work(request) as uow:
        if actor.account_id is None:
            raise Invalid("A transfer is asked for by a person.", field="asked_by", way_out="Log in.")
        moved = _gathered(uow, resources)
        giver = moved[0].department_id
        system = _receiving(uow, to_department, to_system)
        _refuse_unfit(uow, moved, system)
        transfer = Transfer(
            number=uow.transfers.next_number(today_for_people(uow.now).year),
            from_department_id=giver,
            to_department_id=system.department_id,
            to_system_id=system.id,
            resources=[resource.id for resource in moved],
            reason=reason.strip(),
            asked_by=actor.account_id,
            created_at=uow.now,
        )
        for resource in moved:
            resource.claim(transfer.id, "resources")
        uow.transfers.add(transfer)
        _audit(uow, "create/transfer", transfer, reason=transfer.reason)
        return uow.answer(transfer)


def get(ctx: Context, request: Request, transfer_id: UUID) -> Transfer:
    """One transfer that the actor's department gives or receives."""
    request.actor.require(Permission.TRANSFERS_READ)
    with ctx.unit_of_work(request) as uow:
        transfer = uow.transfers.get(transfer_id)
    _require_sight(request, transfer)
    return transfer


def accept(ctx: Context, request: Request, transfer_id: UUID, *, expected_version: int | None = None) -> Transfer:
    """A head signs for the own side; with both signatures everything moves, or QuotaExceeded says what does not fit."""
    actor = request.actor
    actor.require(Permission.ORDERS_SIGN_OFF)
    with ctx.unit_of_work(request) as uow:
        transfer = _locked(uow, request, transfer_id, expected_version)
        if transfer.asked_by in actor.persons:
            raise Forbidden("Nobody decides on an own transfer.", way_out="Another person has to decide.")
        for side in _sides(request, transfer):
            transfer.sign(side, actor.account_id, uow.now)
            _audit(uow, f"allow/{side}", transfer)
        if transfer.state == "done":
            _carry_out(ctx, uow, transfer)
        return uow.answer(transfer)


def refuse(
    ctx: Context, request: Request, transfer_id: UUID, *, reason: str, expected_version: int | None = None
) -> Transfer:
    """One of the heads says no, with a reason; nothing moves."""
    request.actor.require(Permission.ORDERS_SIGN_OFF)
    if not reason.strip():
        raise Invalid("A refusal needs a reason.", field="reason", way_out="Say what is missing or why not.")
    with ctx.unit_of_work(request) as uow:
        transfer = _locked(uow, request, transfer_id, expected_version)
        _sides(request, transfer)
        return uow.answer(_ended(uow, transfer, "refuse", "deny/transfer", reason.strip()))


def cancel(
    ctx: Context,
    request: Request,
    transfer_id: UUID,
    *,
    reason: str | None = None,
    expected_version: int | None = None,
) -> Transfer:
    """Withdrawn by the giving side before the second signature; nothing moves."""
    request.actor.require(Permission.TRANSFERS_WRITE)
    with ctx.unit_of_work(request) as uow:
        transfer = _locked(uow, request, transfer_id, expected_version)
        request.actor.require_sight(transfer.from_department_id, "transfer", transfer_id)
        return uow.answer(_ended(uow, transfer, "cancel", "update/cancel", reason))


def _gathered(uow: UnitOfWork, named: list[UUID]) -> list[Resource]:
    """What was named and what belongs to it, locked, one department's, in use and whole; raises naming the field."""
    if not named:
        raise Invalid("A transfer names resources.", field="resources", way_out="Name one or more by their ids.")
    wanted: dict[UUID, str] = {}
    for position, key in enumerate(named):
        resource = _seen(uow, key, f"resources[{position}]")
        wanted[resource.id] = f"resources[{position}]"
        if isinstance(resource, Server):
            wanted |= {other.id: f"resources[{position}]" for other in uow.resources.of_server(resource.id)}
    moved = [uow.resources.lock(key) for key in sorted(wanted)]
    for resource in moved:
        field = wanted[resource.id]
        if resource.department_id != moved[0].department_id:
            raise Invalid("A transfer has one giver.", field=field, way_out="Write one transfer for each department.")
        if resource.state != "active":
            raise Conflict(
                "{name} is {state}, not active.",
                field=field,
                way_out="Wait until it is active, or leave it out.",
                name=resource.name,
                state=resource.state,
            )
        _refuse_part(resource, wanted, field)
    return moved


def _seen(uow: UnitOfWork, key: UUID, field: str) -> Resource:
    try:
        resource = uow.resources.get(key)
        uow.actor.require_sight(resource.department_id, "resource", key)
    except NotFound as error:
        error.field = field
        raise
    return resource


def _refuse_part(resource: Resource, moved: Iterable[UUID], field: str) -> None:
    """A volume or an address goes with its server, not without it."""
    if isinstance(resource, Volume | Address) and resource.server_id is not None and resource.server_id not in moved:
        raise Invalid(
            "{name} belongs to a server that stays.",
            field=field,
            way_out="Transfer the server {server}, or detach it first.",
            name=resource.name,
            server=str(resource.server_id),
        )


def _receiving(uow: UnitOfWork, department: str, code: str) -> System:
    """The receiving system; one word for whatever is wrong with the pair, so that nothing is told of others."""
    found, system = uow.departments.by_code(department), uow.systems.by_code(code)
    if found is not None:
        standing(uow, found.id, "to_department")  # the systems of one that was merged are the successor's
    if found is None or system is None or system.department_id != found.id:
        raise Invalid(
            "The department {department} has no system {system}.",
            field="to_system",
            way_out="Ask the receiving department for the codes.",
            department=department,
            system=code,
        )
    return system


def _refuse_unfit(uow: UnitOfWork, moved: Iterable[Resource], system: System) -> None:
    """The receiving system's MLPS level has to be allowed where the resources stand."""
    for resource in moved:
        cloud, zone = uow.clouds.by_code(resource.cloud), uow.catalogue.zone(resource.zone)
        highest = min(cloud.max_mlps_level, zone.max_mlps_level)
        if system.mlps_level > highest:
            raise Invalid(
                "{name} stands where systems up to MLPS level {highest} may be; {system} has {level}.",
                field="to_system",
                way_out="Name another system.",
                name=resource.name,
                highest=highest,
                system=system.code,
                level=system.mlps_level,
            )


def _sides(request: Request, transfer: Transfer) -> list[str]:
    """For which sides the actor signs; raises NotFound for a head of neither."""
    own = request.actor.department_id
    homes = (("give", transfer.from_department_id), ("take", transfer.to_department_id))
    sides = [side for side, home in homes if home == own]
    if not sides:
        raise missing("transfer", transfer.id)
    return sides


def _carry_out(ctx: Context, uow: UnitOfWork, transfer: Transfer) -> None:
    """Owner, system, quota and remembered project, all together."""
    giver, taker = transfer.from_department_id, transfer.to_department_id
    system = uow.systems.get(transfer.to_system_id)
    moved = [uow.resources.lock(key) for key in sorted(transfer.resources)]
    _refuse_unfit(uow, moved, system)
    demands: defaultdict[tuple[str, str], Demand] = defaultdict(Demand)
    for resource in moved:
        demands[resource.cloud, resource.zone] += resource.footprint
    if giver != taker:
        for cloud, zone in sorted(demands):
            uow.quotas.move(giver, taker, cloud, zone, demands[cloud, zone])
    for resource in moved:
        if giver != taker:
            resource.tenant = _project(uow, resource, taker)
        before: dict[str, object] = {"department": resource.department_id, "system": resource.system_id}
        resource.department_id, resource.system_id = taker, system.id
        resource.protected = resource.protected or system.mlps_level >= ctx.limits.protect_from_mlps
        resource.unclaim(transfer.id)
        uow.audit(
            "update/transfer",
            resource.KIND.value,
            resource.id,
            department_id=taker,
            before=before,
            after={"department": taker, "system": system.id, "transfer": transfer.number},
        )
    transfer.ended_at = uow.now


def _project(uow: UnitOfWork, resource: Resource, taker: UUID) -> str | None:
    """The project that the resource stands in, unless it comes home to the taker's own."""
    own = uow.tenants.get(resource.department_id, resource.cloud)
    stands = resource.tenant or (own.backend_id if own else None)
    home = uow.tenants.get(taker, resource.cloud)
    return None if home is not None and home.backend_id == stands else stands


def _ended(uow: UnitOfWork, transfer: Transfer, event: str, action: str, reason: str | None) -> Transfer:
    transfer.advance(event)
    transfer.ended_at, transfer.ended_reason = uow.now, reason
    for resource in uow.resources.claimed_by(transfer.id):
        resource.unclaim(transfer.id)
    _audit(uow, action, transfer, reason=reason)
    return transfer


def _locked(uow: UnitOfWork, request: Request, transfer_id: UUID, expected_version: int | None) -> Transfer:
    transfer = uow.transfers.lock(transfer_id)
    _require_sight(request, transfer)
    uow.check_version(transfer, expected_version)
    return transfer


def _require_sight(request: Request, transfer: Transfer) -> None:
    if not request.actor.sees(transfer.from_department_id):
        request.actor.require_sight(transfer.to_department_id, "transfer", transfer.id)


def _audit(uow: UnitOfWork, action: str, transfer: Transfer, *, reason: str | None = None) -> None:
    uow.audit(
        action,
        "transfer",
        transfer.id,
        department_id=transfer.from_department_id,
        after={
            "number": transfer.number,
            "state": transfer.state,
            "to": transfer.to_department_id,
            "resources": [str(key) for key in transfer.resources],
        },
        reason=reason,
    )
