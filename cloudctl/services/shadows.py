"""Shadow systems: explained, counted and settled by people; nothing here acts by itself.

    register(ctx, request, shadow_id, system="fgw-oa", reason=...)    # or merge, clear, dismiss

A server that no record has is adopted or released by its finding of drift, one mechanism for both; a name, a
certificate or a socket is linked to a system, or taken away by hand and looked for again. Every state that a shadow
comes to is a turn on record, so that counts can be told for any past day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.declarations import check_declared, refuse_secret
from cloudctl.domain.drift import DriftAct
from cloudctl.domain.errors import Conflict, Invalid
from cloudctl.domain.shadows import Shadow, ShadowAct, ShadowKind, ShadowSubject, Turn
from cloudctl.domain.systems import System
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries import scope_of
from cloudctl.ports.queries.rows import ShadowCount
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import drift, successions, systems
from cloudctl.services.explanations import moment_of
from cloudctl.services.shadow_looks import turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """A system that is put on the register for a shadow: its name, its MLPS level, whose it is (a code)."""

    name: str
    mlps_level: int
    no_state_secrets: bool | None = None
    department: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A shadow with its turns, oldest first."""

    shadow: Shadow
    turns: Sequence[Turn]


def get(ctx: Context, request: Request, shadow_id: UUID) -> Shadow:
    """One shadow; a department sees those about what is its own."""
    return explain(ctx, request, shadow_id).shadow


def explain(ctx: Context, request: Request, shadow_id: UUID) -> Explained:
    """One shadow with its turns."""
    request.actor.require(Permission.SHADOWS_READ)
    with ctx.unit_of_work(request) as uow:
        shadow = uow.shadows.get(shadow_id)
        turns = uow.shadows.turns_of(shadow_id)
    request.actor.require_sight(shadow.department_id, "shadow", shadow_id)
    return Explained(shadow=shadow, turns=turns)


def counts(ctx: Context, request: Request, *, day: date | None = None) -> Sequence[ShadowCount]:
    """How many shadows the actor sees there were at the end of a day, by kind, department and state."""
    request.actor.require(Permission.SHADOWS_READ)
    return ctx.queries.shadow_counts(scope_of(request.actor), moment_of(ctx, day))


def register(
    ctx: Context,
    request: Request,
    shadow_id: UUID,
    *,
    system: str,
    reason: str,
    term_months: int = 12,
    founding: Founding | None = None,
    expected_version: int | None = None,
) -> Shadow:
    """Puts it on the register as part of the system of this code, which stands on it already unless it is founded.

    A server that no record has is adopted for `term_months`; one whose record has no system gets it.
    """
    if founding is not None:
        request.actor.require(Permission.SYSTEMS_WRITE)
        check_declared(founding.no_state_secrets, {"name": founding.name})
    with ctx.unit_of_work(request) as uow:
        shadow = _decided(uow, request, shadow_id, reason, expected_version)
        owner = _system(uow, request, system) if founding is None else _founded(uow, request, shadow, system, founding)
        shadow.settle(
            ShadowAct.REGISTER, by=request.actor.account_id, reason=reason.strip(), now=uow.now, target_id=owner.id
        )
        if shadow.resource_id is not None and shadow.subject is ShadowSubject.SERVER:
            _belong(uow, shadow, owner)
        elif shadow.finding_id is not None:
            finding = uow.drift.lock(shadow.finding_id)
            drift.decide(
                ctx, uow, finding, by=DriftAct.ADOPT, reason=reason, system=owner.code, term_months=term_months
            )
        shadow.department_id = owner.department_id
        return uow.answer(_turned(uow, shadow, "update/shadow-register"))


def merge(
    ctx: Context,
    request: Request,
    shadow_id: UUID,
    *,
    reason: str,
    into: str | None = None,
    expected_version: int | None = None,
) -> Shadow:
    """Merges one system of a pair into the other, by default into the one that the finding says stays.

    It is the register's own merger (`services/successions`), which keeps the lineage and takes over what refers to the
    merged one; there is no way back.
    """
    with ctx.unit_of_work(request) as uow:
        shadow = _decided(uow, request, shadow_id, reason, expected_version)
        leaving, staying = _pair(uow, shadow, into)
        shadow.settle(
            ShadowAct.MERGE, by=request.actor.account_id, reason=reason.strip(), now=uow.now, target_id=staying.id
        )
        successions.carry_out(uow, request, leaving.id, into=staying.code, reason=reason)
        shadow.system_id, shadow.other_id = leaving.id, staying.id
        return uow.answer(_turned(uow, shadow, "update/shadow-merge"))


def clear(
    ctx: Context,
    request: Request,
    shadow_id: UUID,
    *,
    reason: str,
    department: str | None = None,
    expected_version: int | None = None,
) -> Shadow:
    """Has it go. A server that no record has is released by its finding of drift, restorable for its retention.

    A name, a certificate or a socket is taken away by whoever runs it; a later sweep shows whether it is gone. One of a
    pair is cleared by a campaign, whose case is taken up: raises Conflict that names the way where there is none.
    """
    with ctx.unit_of_work(request) as uow:
        shadow = _decided(uow, request, shadow_id, reason, expected_version)
        clearing = _clearing(uow, shadow) if shadow.kind is ShadowKind.DUPLICATE else None
        if shadow.subject is ShadowSubject.SERVER and shadow.resource_id is not None:
            raise Conflict(
                "{name} is its department's: it is not cleared over its head.",
                way_out="Register it to a system of the department, which then releases it by an order.",
                name=shadow.name,
            )
        shadow.settle(
            ShadowAct.CLEAR, by=request.actor.account_id, reason=reason.strip(), now=uow.now, target_id=clearing
        )
        if shadow.finding_id is not None:
            shadow.target_id = shadow.finding_id
            finding = uow.drift.lock(shadow.finding_id)
            drift.decide(ctx, uow, finding, by=DriftAct.RELEASE, reason=reason, department=department)
        return uow.answer(_turned(uow, shadow, "start/shadow-clear"))


def finish(uow: UnitOfWork, clearing_id: UUID) -> None:
    """The case that a pair's system went by is closed: what was clearing through it is cleared, at once on record."""
    for shadow in uow.shadows.cleared_by(clearing_id):
        shadow.advance("finish")
        shadow.settled_at = uow.now
        _turned(uow, shadow, "stop/shadow-clear")


def dismiss(
    ctx: Context,
    request: Request,
    shadow_id: UUID,
    *,
    reason: str,
    until: date | None = None,
    expected_version: int | None = None,
) -> Shadow:
    """Says that it is none, up to a day if one is given; what it consists of brings it back when that changes."""
    with ctx.unit_of_work(request) as uow:
        shadow = _decided(uow, request, shadow_id, reason, expected_version)
        if until is not None and until < today_for_people(uow.now):
            raise Invalid("{day} is over.", field="until", way_out="Choose a later day.", day=until)
        shadow.settle(ShadowAct.DISMISS, by=request.actor.account_id, reason=reason.strip(), now=uow.now, until=until)
        return uow.answer(_turned(uow, shadow, "deny/shadow"))


def _decided(uow: UnitOfWork, request: Request, shadow_id: UUID, reason: str, expected_version: int | None) -> Shadow:
    """The locked shadow for a person's decision."""
    actor = request.actor
    actor.require(Permission.SHADOWS_WRITE)
    if not reason.strip():
        raise Invalid("To settle a shadow needs a reason.", field="reason", way_out="Say why, for the record.")
    refuse_secret(None, {"reason": reason})
    shadow = uow.shadows.lock(shadow_id)
    actor.require_sight(shadow.department_id, "shadow", shadow_id)
    uow.check_version(shadow, expected_version)
    return shadow


def _system(uow: UnitOfWork, request: Request, code: str) -> System:
    """A system that stands; raises Invalid naming the field."""
    found = uow.systems.by_code(code)
    if found is None or not request.actor.sees(found.department_id):
        raise Invalid(
            "There is no system {code}.",
            field="system",
            way_out="Register it first: `cloudctl systems create`.",
            code=code,
        )
    if found.ended:
        raise Conflict(
            "{system} is {state} already and takes nothing up.",
            field="system",
            way_out="Name a system that stands.",
            system=found.code,
            state=found.status,
        )
    return found


def _founded(uow: UnitOfWork, request: Request, shadow: Shadow, code: str, founding: Founding) -> System:
    """A new system for it; of the department that is named, else of the one in whose project it stands."""
    named = None if founding.department is None else uow.departments.by_code(founding.department)
    owner = named.id if named else shadow.department_id if founding.department is None else None
    if owner is None or not request.actor.sees(owner):
        raise Invalid(
            "Whose the system is to be is not known.", field="department", way_out="Name the department by its code."
        )
    return systems.enter(
        uow, owner, {"code": code, "name": founding.name, "mlps_level": founding.mlps_level, "status": "on_platform"}
    )


def _pair(uow: UnitOfWork, shadow: Shadow, into: str | None) -> tuple[System, System]:
    """Which one is merged into which."""
    if shadow.system_id is None or shadow.other_id is None:
        raise Conflict(
            "Only one of a pair is merged.", way_out="Register {name}, or have it cleared.", name=shadow.name
        )
    leaving, staying = (uow.systems.get(key) for key in (shadow.system_id, shadow.other_id))
    if into is not None and into == leaving.code:
        leaving, staying = staying, leaving
    if into is not None and into != staying.code:
        raise Invalid(
            "{code} is not one of the two.",
            field="into",
            way_out="Name {one} or {other}.",
            code=into,
            one=leaving.code,
            other=staying.code,
        )
    return leaving, staying


def _clearing(uow: UnitOfWork, shadow: Shadow) -> UUID:
    """The clearing that is under way of one of a pair; raises Conflict where there is none."""
    for key in (shadow.system_id, shadow.other_id):
        found = None if key is None else uow.clearings.standing_of(key)
        if found is not None:
            return found.id
    raise Conflict(
        "A system of the register is cleared in a campaign, with notice, backup and two signatures.",
        way_out="Merge it, or take it into a campaign: `cloudctl zombies campaign`; then clear it here.",
    )


def _belong(uow: UnitOfWork, shadow: Shadow, owner: System) -> None:
    """A server on record becomes part of a system of its own department, with what hangs on it."""
    assert shadow.resource_id is not None
    server = uow.resources.lock(shadow.resource_id)
    highest = min(uow.clouds.by_code(server.cloud).max_mlps_level, uow.catalogue.zone(server.zone).max_mlps_level)
    if server.department_id != owner.department_id:
        raise Conflict(
            "{name} is another department's than {system}.",
            field="system",
            way_out="Name a system of its department, or transfer it: `cloudctl transfers create`.",
            name=server.name,
            system=owner.code,
        )
    if owner.mlps_level > highest:
        raise Conflict(
            "{name} stands where systems up to MLPS level {highest} may be; {system} has {level}.",
            field="system",
            way_out="Name another system.",
            name=server.name,
            highest=highest,
            system=owner.code,
            level=owner.mlps_level,
        )
    for resource in [server, *(uow.resources.lock(one.id) for one in uow.resources.of_server(server.id))]:
        before: dict[str, object] = {"system": resource.system_id}
        resource.system_id = owner.id
        uow.audit(
            "update/system-of",
            resource.KIND.value,
            resource.id,
            department_id=resource.department_id,
            before=before,
            after={"system": owner.id},
            reason=shadow.reason,
        )


def _turned(uow: UnitOfWork, shadow: Shadow, action: str) -> Shadow:
    turn(uow, shadow)
    uow.audit(
        action,
        "shadow",
        shadow.id,
        department_id=shadow.department_id,
        after={
            "kind": shadow.kind.value,
            "subject": shadow.subject.value,
            "name": shadow.name,
            "state": shadow.state,
            "target_id": shadow.target_id,
            "until": shadow.until_on,
        },
        reason=shadow.reason,
    )
    return shadow
