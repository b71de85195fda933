"""Systems merged into others: the successor takes over what refers to the system, which stays on record as it was.

    merge(ctx, request, system_id, into="oa", reason="功能重复")

The line of successors is kept, so that it shows for every merged system what became of it, and for a system what came
together in it. The register as of a day before shows the system standing. There is no way back.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from cloudctl.domain.accounts import DEPARTMENT_ROLES, Permission
from cloudctl.domain.assessments import Assessment, Decision, Disposition
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import Conflict, Invalid
from cloudctl.domain.systems import System
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import moves
from cloudctl.services.notices import tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """What became of a system, step by step to the one that stands, and all that was merged into it."""

    system: System
    successors: list[System]
    merged: list[System]


def merge(
    ctx: Context,
    request: Request,
    system_id: UUID,
    *,
    into: str,
    reason: str,
    expected_version: int | None = None,
) -> System:
    """Merges a system into a standing one, by code; the same merger again changes nothing.

    Raises Invalid for a merger into itself, Conflict for a successor that ended itself, for a system that ended
    otherwise, and, naming it, for what of another department still stands for the system.
    """
    with ctx.unit_of_work(request) as uow:
        return uow.answer(
            carry_out(uow, request, system_id, into=into, reason=reason, expected_version=expected_version)
        )


def carry_out(
    uow: UnitOfWork,
    request: Request,
    system_id: UUID,
    *,
    into: str,
    reason: str,
    expected_version: int | None = None,
) -> System:
    """Merges in the caller's transaction, as `merge` does."""
    request.actor.require(Permission.CONSOLIDATION_WRITE)
    if not reason.strip():
        raise Invalid("A system does not end without a reason.", field="reason", way_out="Say why, for the audit.")
    uow.waves.lock_plan()
    uow.dependencies.lock_graph()
    system, successor = _locked(uow, request, system_id, into)
    if system.status == "merged" and system.merged_into_id == successor.id:
        return system
    uow.check_version(system, expected_version)
    _refuse_ended(uow, system, successor)
    if system.department_id != successor.department_id:
        _refuse_tied(uow, system, successor)
    move = uow.moves.of_system(system.id)
    if move is not None:
        moves.withdraw(uow, move, reason.strip())
    uow.because(reason.strip())
    handed_over = uow.successions.hand_over(system.id, successor.id)
    before = system.status
    system.claim("merged")
    system.merged_into_id, system.status_on = successor.id, today_for_people(uow.now)
    system.check()
    _decided(uow, request, system, successor, reason)
    uow.audit(
        "update/system-merge",
        "system",
        system.id,
        department_id=system.department_id,
        before={"status": before},
        after={
            "code": system.code,
            "successor": successor.code,
            "successor_id": successor.id,
            "handed_over": handed_over,
        },
        reason=reason.strip(),
    )
    _tell(uow, system, successor, reason.strip())
    return system


def lineage(ctx: Context, request: Request, system_id: UUID) -> Lineage:
    """What became of a system that the actor sees, and what came together in it."""
    request.actor.require(Permission.SYSTEMS_READ)
    with ctx.unit_of_work(request) as uow:
        system = uow.systems.get(system_id)
        request.actor.require_sight(system.department_id, "system", system_id)
        return Lineage(system=system, successors=list(_line(uow, system)), merged=_merged(uow, system))


def _locked(uow: UnitOfWork, request: Request, system_id: UUID, into: str) -> tuple[System, System]:
    """Both systems, locked in the order of their ids, so that two mergers do not wait for each other."""
    named = uow.systems.by_code(into)
    if named is None or not request.actor.sees(named.department_id):
        raise Invalid("There is no system {code}.", field="into", way_out="See `cloudctl systems list`.", code=into)
    if named.id == system_id:
        raise Invalid("A system is not merged into itself.", field="into", way_out="Name another system.")
    request.actor.require_sight(uow.systems.get(system_id).department_id, "system", system_id)
    found = {key: uow.systems.lock(key) for key in sorted([system_id, named.id])}
    return found[system_id], found[named.id]


def _refuse_ended(uow: UnitOfWork, system: System, successor: System) -> None:
    if system.status == "merged" and system.merged_into_id is not None:
        raise Conflict(
            "{system} was merged into {successor} already.",
            way_out="Merge that one on, if need be.",
            system=system.code,
            successor=uow.systems.get(system.merged_into_id).code,
        )
    if not successor.ended:
        return
    line = _line(uow, successor)
    if line and not line[-1].ended:
        raise Conflict(
            "{system} was merged into {successor} itself.",
            field="into",
            way_out="Name {successor}.",
            system=successor.code,
            successor=line[-1].code,
        )
    raise Conflict(
        "{system} is retired and takes nothing up.",
        field="into",
        way_out="Name a system that stands.",
        system=successor.code,
    )


def _refuse_tied(uow: UnitOfWork, system: System, successor: System) -> None:
    """What belongs to a department by law does not go to another one by a merger of systems."""
    ties = uow.successions.ties(system.id)
    if any(ties.values()):
        raise Conflict(
            "{system} and {successor} belong to different departments, and {system} still has: resources {resources}; "
            "orders {orders}; transfers {transfers}; fittings {fittings}; adoption rules {rules}.",
            way_out="Transfer or release them first: `cloudctl transfers create`; then merge again.",
            system=system.code,
            successor=successor.code,
            **{noun: ", ".join(names) or "-" for noun, names in ties.items()},
        )


def _line(uow: UnitOfWork, system: System) -> list[System]:
    """Its successors, the last one at the end."""
    found: list[System] = []
    while system.merged_into_id is not None and len(found) < 1000:  # a circle cannot be made, and would not hang this
        system = uow.systems.get(system.merged_into_id)
        found.append(system)
    return found


def _merged(uow: UnitOfWork, system: System) -> list[System]:
    """All that came together in a system, by way of others too."""
    found, front = {}, [system]
    while front:
        below = [one for upper in front for one in uow.systems.merged_into(upper.id) if one.id not in found]
        found.update({one.id: one for one in below})
        front = below
    return sorted(found.values(), key=lambda one: one.code)


def _decided(uow: UnitOfWork, request: Request, system: System, successor: System, reason: str) -> None:
    """A merger that is carried out was decided on, by who did so at the latest."""
    found = uow.assessments.of_system(system.id)
    if found is None:
        found = Assessment(system_id=system.id, created_at=uow.now)
        uow.assessments.add(found)
    if found.settled is not Disposition.MERGE or found.successor_id != successor.id:
        decision = Decision(verdict=Disposition.MERGE, reason=reason, successor_id=successor.id)
        found.decide(decision, request.actor.account_id, uow.now)


def _tell(uow: UnitOfWork, system: System, successor: System, reason: str) -> None:
    params = {"system": system.code, "title": system.name, "successor": successor.code, "reason": reason}
    for department_id in sorted({system.department_id, successor.department_id}):
        people = [account for role in DEPARTMENT_ROLES for account in uow.accounts.with_role(role, department_id)]
        tell(uow, people, "system_merged", params, event=f"{system.id}/merged/{successor.id}/{department_id}")
